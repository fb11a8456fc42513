"""The parts of the latent lab: what it knows (session.py, item.py), how pictures look (picture_view.py, shelf.py), and
a page for each thing that a person does there (*_page.py).
"""
