"""Projects: one file that holds the experiment of every lab, how it is saved and opened, and what survives a crash."""
