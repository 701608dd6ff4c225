"""Integer and Decimal as FHIRPath means them: exact, and empty rather than wrong when out of reach."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

MAX_INTEGER = 2**31 - 1
# Products of two FHIR decimals (18 digits) stay exact. Nothing traps: an overflow gives Infinity, which is dropped.
EXACT = Context(prec=40, rounding=ROUND_HALF_UP, Emax=10_000, Emin=-10_000, traps=[])
_QUOTIENT = Context(prec=28, rounding=ROUND_HALF_UP, Emax=10_000, Emin=-10_000, traps=[])
_TRANSCENDENTAL = Context(prec=20, rounding=ROUND_HALF_UP, Emax=10_000, Emin=-10_000, traps=[])
_MAX_DIGITS = 60

Number = int | Decimal


def integer(value: int) -> int | None:
    """The value when it is an Integer, -2^31 to 2^31-1."""
    return value if -MAX_INTEGER - 1 <= value <= MAX_INTEGER else None


def finite(value: Decimal) -> Decimal | None:
    return value if value.is_finite() else None


def decimals(value: Decimal) -> int:
    """Digits after the point, as written."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def text_of(value: Decimal) -> str:
    """Without an exponent, unless it is too large to be read."""
    if abs(value.adjusted()) > _MAX_DIGITS or decimals(value) > _MAX_DIGITS:
        return str(value)
    return format(value, "f")


def round_half_up(value: Decimal, places: int) -> Decimal:
    return _quantize(value, places, ROUND_HALF_UP)


def floor(value: Decimal) -> int | None:
    return _whole(value, ROUND_FLOOR)


def ceiling(value: Decimal) -> int | None:
    return _whole(value, ROUND_CEILING)


def truncate(value: Decimal) -> int | None:
    return integer(int(value)) if value.adjusted() <= 10 else None


def _whole(value: Decimal, rounding: str) -> int | None:
    return integer(int(value.to_integral_value(rounding))) if value.adjusted() <= 10 else None


def _quantize(value: Decimal, places: int, rounding: str) -> Decimal:
    if value.adjusted() + places > 300:
        return value
    return value.quantize(Decimal(1).scaleb(-places), rounding, Context(prec=400, traps=[]))


def quotient(left: Number, right: Number) -> Decimal | None:
    """None for a division by zero."""
    if right == 0:
        return None
    return finite(_QUOTIENT.divide(Decimal(left), Decimal(right)))


def whole_quotient(left: Number, right: Number) -> int | None:
    """`div`, truncated towards zero."""
    found = quotient(left, right)
    return None if found is None else truncate(EXACT.divide_int(Decimal(left), Decimal(right)))


def remainder(left: Number, right: Number) -> Number | None:
    """`mod`, with the sign of the left one."""
    if right == 0:
        return None
    found = finite(EXACT.remainder(Decimal(left), Decimal(right)))
    return int(found) if found is not None and isinstance(left, int) and isinstance(right, int) else found


def exponential(value: Number) -> Decimal | None:
    return finite(_TRANSCENDENTAL.exp(Decimal(value)))


def natural_logarithm(value: Number) -> Decimal | None:
    return finite(_TRANSCENDENTAL.ln(Decimal(value))) if value > 0 else None


def logarithm(value: Number, base: Number) -> Decimal | None:
    if value <= 0 or base <= 0 or base == 1:
        return None
    wide = Context(prec=40, traps=[])
    found = wide.divide(wide.ln(Decimal(value)), wide.ln(Decimal(base)))
    return finite(_TRANSCENDENTAL.plus(found))


def square_root(value: Number) -> Decimal | None:
    return finite(_TRANSCENDENTAL.sqrt(Decimal(value))) if value >= 0 else None


def power(value: Number, exponent: Number) -> Number | None:
    if isinstance(value, int) and isinstance(exponent, int) and exponent >= 0:
        return _integer_power(value, exponent)
    if value == 0 and exponent == 0:
        return Decimal(1)
    # A root or an inverse has no last digit.
    is_exact = exponent >= 0 and exponent == Decimal(exponent).to_integral_value()
    return finite((EXACT if is_exact else _QUOTIENT).power(Decimal(value), Decimal(exponent)))


def _integer_power(value: int, exponent: int) -> int | None:
    if abs(value) <= 1:
        return value ** (exponent % 2 or 2) if exponent else 1
    return integer(value**exponent) if exponent <= 31 else None
