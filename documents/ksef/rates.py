"""VAT rates as FA(3) names them, and the fields that hold their sums."""

from dataclasses import dataclass

from documents.ksef.countries import EU, POLAND


@dataclass(frozen=True, slots=True)
class RateFields:
    """`code` stands in P_12; the sums of net, VAT, and VAT in PLN in the fields named here ("": there is none)."""

    code: str
    net: str
    vat: str = ""
    vat_pln: str = ""


TAXED = {
    "23": RateFields("23", "P_13_1", "P_14_1", "P_14_1W"),
    "8": RateFields("8", "P_13_2", "P_14_2", "P_14_2W"),
    "5": RateFields("5", "P_13_3", "P_14_3", "P_14_3W"),
}
ZERO_AT_HOME = RateFields("0 KR", "P_13_6_1")
ZERO_IN_EU = RateFields("0 WDT", "P_13_6_2")
ZERO_EXPORT = RateFields("0 EX", "P_13_6_3")
EXEMPT = RateFields("zw", "P_13_7")
ABROAD = RateFields("np I", "P_13_8")
SERVICE_IN_EU = RateFields("np II", "P_13_9")
# The order in which the schema wants the sums.
ORDER = (*TAXED.values(), ZERO_AT_HOME, ZERO_IN_EU, ZERO_EXPORT, EXEMPT, ABROAD, SERVICE_IN_EU)


def rate_fields(rate: str, *, country: str) -> RateFields:
    """The fields for a code of VatRate on an invoice to a buyer in `country`.

    0 is at home, a supply within the Union or an export by the buyer's country; „np.” is a service of art. 100 section
    1 point 4 for a buyer in the Union, else a sale outside of Poland.
    """
    in_union = country in EU and country != POLAND
    if rate == "0":
        if country == POLAND:
            return ZERO_AT_HOME
        return ZERO_IN_EU if in_union else ZERO_EXPORT
    if rate == "np":
        return SERVICE_IN_EU if in_union else ABROAD
    return EXEMPT if rate == "zw" else TAXED[rate]
