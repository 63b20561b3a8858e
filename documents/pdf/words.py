"""Amounts in words."""

from decimal import Decimal

from num2words import num2words

# Currencies that the library declines in both languages.
IN_WORDS = ("PLN", "EUR")


def amount_in_words(amount: Decimal, *, currency: str, language: str) -> str:
    """`1234.50` PLN as „tysiąc dwieście trzydzieści cztery złote, pięćdziesiąt groszy”; empty for a currency that has
    no words here.
    """
    if currency not in IN_WORDS:
        return ""
    words: str = num2words(amount.quantize(Decimal("0.01")), lang=language, to="currency", currency=currency)
    return words
