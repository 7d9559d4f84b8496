"""Reference values of tests/unit/test_experiment_value.c: EVSI of two actions with a normal
difference, to 400 digits with nothing but Python's decimal numbers.

    python3 tests/reference/experiment_value.py
"""
from decimal import Decimal as D, getcontext

getcontext().prec = 400


def atan_inverse(n):
    term = total = D(1) / n
    k = 1
    while abs(term) > D(10) ** -395:
        term = -term / (n * n)
        k += 2
        total += term / k
    return total


PI = 4 * (4 * atan_inverse(5) - atan_inverse(239))


def erf(z):
    total, term, n = D(0), z, 0
    while abs(term) > D(10) ** -390 or n < z * z:
        total += term / (2 * n + 1)
        n += 1
        term = -term * z * z / n
    return 2 * total / PI.sqrt()


def evsi(mu, sigma, s):
    mu, sigma, s = D(mu), D(sigma), D(s)
    v = sigma * sigma / (sigma * sigma + s * s).sqrt()
    x = abs(mu) / v
    phi = (-x * x / 2).exp() / (2 * PI).sqrt()
    return v * phi - abs(mu) * (1 - erf(x / D(2).sqrt())) / 2


for row in [("1", "2", "1"), ("1", "2", "0"), ("-2.37", "1.91", "0.83"), ("3.3", "1.0", "0.2"),
            ("7.1", "1.3", "0.7"), ("20.3", "1.1", "0.4"), ("41.7", "1.7", "0.9"),
            ("0", "3.1", "2.2"), ("0.0123", "0.77", "13.5")]:
    print("{%s, %s, %s, %.17e}," % (*row, evsi(*row)))
