"""A formula as LaTeX: fractions, roots and powers, functions upright, and no more parentheses than it takes."""

from engine.formula_text import Node

# How strongly a piece holds together; one that holds less than its place asks for goes into parentheses.
_SUM, _MINUS, _PRODUCT, _POWER, _ATOM = range(5)
_OPERATOR_NAMES = ("softplus", "logsumexp")


def latex(nodes: list[Node], text: str) -> str:
    """The whole of a formula that was read from `text`."""
    return _pieces(nodes, text)[-1][0]


def terms(nodes: list[Node], text: str) -> list[str]:
    """The whole as pieces to be written one after the other, perhaps on several lines: its terms with their signs."""
    pieces, found, at = _pieces(nodes, text), list[str](), len(nodes) - 1
    while nodes[at].kind in ("+", "-"):
        left, right = nodes[at].args
        found.append(f"{nodes[at].kind} {_inner(pieces[right], _SUM if nodes[at].kind == '+' else _MINUS)}")
        at = left
    return [pieces[at][0], *reversed(found)]


def _pieces(nodes: list[Node], text: str) -> list[tuple[str, int]]:
    pieces: list[tuple[str, int]] = []
    for node in nodes:
        pieces.append(_piece(node, [pieces[each] for each in node.args], text[node.start : node.end]))
    return pieces


def _piece(node: Node, args: list[tuple[str, int]], text: str) -> tuple[str, int]:
    """A node's LaTeX and how strongly it holds together."""
    kind = node.kind
    if kind == "number":
        return _number(text)
    if not args:
        return r"\pi" if kind == "pi" else kind, _ATOM
    first, second = args[0], args[-1]
    if kind in ("+", "-"):
        right = _inner(second, _SUM if kind == "+" else _MINUS)
        return f"{first[0]} {kind} {right}", _SUM
    match kind:
        case "neg":
            return f"-{_inner(first, _MINUS)}", _MINUS
        case "*":
            return _product(first, second), _PRODUCT
        case "/":
            return rf"\frac{{{first[0]}}}{{{second[0]}}}", _PRODUCT
        case "**":
            return f"{_inner(first, _ATOM)}^{{{second[0]}}}", _POWER
        case "sqrt":
            return rf"\sqrt{{{first[0]}}}", _POWER
        case "abs":
            return rf"\left|{first[0]}\right|", _ATOM
    name = rf"\operatorname{{{kind}}}" if kind in _OPERATOR_NAMES else rf"\{kind}"
    return rf"{name}\left({', '.join(each for each, _ in args)}\right)", _ATOM


def _number(text: str) -> tuple[str, int]:
    """As it was typed, but 2e-3 as 2 times a power of ten."""
    digits, _, exponent = text.lower().partition("e")
    digits = f"0{digits}" if digits.startswith(".") else digits.removesuffix(".")
    if not exponent:
        return digits, _ATOM
    power = f"10^{{{int(exponent)}}}"
    return (power, _POWER) if digits == "1" else (rf"{digits} \cdot {power}", _PRODUCT)


def _product(left: tuple[str, int], right: tuple[str, int]) -> str:
    a, b = left[0] if left[1] > _SUM else _enclosed(left[0]), _inner(right, _MINUS)
    # 2 3 is no product to the eye, and 2 1/3 is a sum.
    is_clear = not b[0].isdigit() and not (a[-1].isdigit() and b.startswith(r"\frac"))
    return rf"{a} \, {b}" if is_clear else rf"{a} \cdot {b}"


def _inner(piece: tuple[str, int], least: int) -> str:
    """In parentheses where it holds less strongly than that, or would put a minus behind an operator."""
    text, strength = piece
    return _enclosed(text) if strength < least or text.startswith("-") else text


def _enclosed(text: str) -> str:
    return rf"\left({text}\right)"
