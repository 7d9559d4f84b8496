"""Prints the reference table of tests/unit/test_special.c: values by mpmath 1.4, 420 digits where a difference needs them.

    python3 special.py > ../unit/special_reference.h

The inputs are doubles and enter exactly. Nothing in the tests needs Python."""
from mpmath import *
mp.dps = 420  # 1 - q with q = 1e-300 keeps a hundred digits
rows = []
def row(fn, value, *args):
    value = mpf(value)
    # no double: 1e-320 and the like are not compared
    if value == 0 or (abs(value) > mpf(10) ** -300 and abs(value) < mpf(10) ** 300):
        args = list(args) + [0.0] * (3 - len(args))
        rows.append('    {%s, {%r, %r, %r}, %s},' % ((fn.upper(),) + tuple(args) + (nstr(value, 20),)))
def m(x): return mpf(x)

for x in (1e-12, 3.7e-5, 0.0123, 0.21, 0.5, 0.51, 2.3, 71.3, -1e-9, -0.0311, -0.37, -0.4999, -0.83):
    row('log1p_minus', log(1 + m(x)) - m(x), x)
for x in (-1e-13, -0.0071, -0.69, -0.70, -3.3, -41.7, -700.0): row('log1m_exp', log(1 - exp(m(x))), x)
for x in (-744.1, -36.9, -0.31, 0.31, 17.3, 812.5): row('log1p_exp', log(1 + exp(m(x))), x)
for p in (1e-17, 0.031, 0.4999, 0.5000001, 0.71, 0.99999): row('logit', log(m(p) / (1 - m(p))), p)
for x in (-601.5, -3.7, 1e-9, 2.9, 41.3): row('expit', 1 / (1 + exp(-m(x))), x)
for x in (1e-280, 1e-9, 0.13, 0.99, 1.01, 1.97, 2.02, 3.3, 11.7, 171.3, 1e7 + 0.3, 3e15): row('lgamma', loggamma(m(x)), x)
for x in (1e-17, -1e-9, 3e-4, 0.0917, -0.1993, 0.1999, 0.2001, -0.73, 0.87, 5.1): row('lgamma_1p', loggamma(1 + m(x)), x)
for a, b in ((1e-9, 1e-7), (0.03, 0.17), (0.03, 7.1), (0.7, 3.3), (2.3, 9.9), (2.3, 10.1), (0.01, 1e6), (3.7, 1e8),
             (17.3, 19.1), (31.3, 1e5), (1e6, 1.3e6), (1e-5, 31.0), (9.99, 10.01)):
    row('lbeta', log(beta(m(a), m(b))), a, b)
for x in (1e-9, 0.031, 0.7, 1.4616, 1.4617, 2.9, 9.99, 10.1, 133.7, 1e9): row('digamma', psi(0, m(x)), x)
for x in (1e-9, 0.031, 0.7, 1.4616, 2.9, 11.99, 12.1, 133.7, 1e9): row('trigamma', psi(1, m(x)), x)
for x in (1e-9, 0.031, 0.7, 1.01, 2.9, 9.99, 15.9, 16.1, 133.7, 1e9):
    row('stirling_error', loggamma(m(x)) - ((m(x) - 0.5) * log(m(x)) - m(x) + log(2 * pi) / 2), x)
for a, x in ((0.0, 3.3), (0.3, 1e-9), (1e-9, 0.7), (3.0, 2.9), (117.3, 118.1), (1e7, 1.00001e7), (2.5, 913.0), (1e5, 1e3)):
    row('log_poisson_term', (m(a) * log(m(x)) if a else 0) - m(x) - loggamma(1 + m(a)), a, x)

def gammas(a, x):
    a, x = m(a), m(x)
    if x < a + 1:
        p = exp(a * log(x) - x - loggamma(a + 1)) * nsum_series(a, x)
        return log(p), log(1 - p)
    q = gammainc(a, x, inf, regularized=True) if a < 1000 else fraction(a, x)
    return log(1 - q), log(q)
def nsum_series(a, x):
    t = s = mpf(1); n = 0
    while t > mpf(10) ** (-mp.dps - 5) * s:
        n += 1; t *= x / (a + n); s += t
    return s
def fraction(a, x):
    b = x + 1 - a; c = mpf(10) ** 300; d = 1 / b; v = d; n = 0
    while True:
        n += 1; an = -n * (n - a); b += 2; d = 1 / (an * d + b); c = b + an / c
        v *= c * d
        if abs(c * d - 1) < mpf(10) ** -60: break
    return v * exp(a * log(x) - x - loggamma(a))
G = [(1e-10, 0.5), (1e-3, 1e-4), (0.21, 0.37), (0.5, 7.3), (0.93, 1.91), (1.0, 0.13), (1.7, 1e-9), (2.9, 41.3), (11.3, 9.7),
     (11.3, 13.1), (133.7, 97.1), (133.7, 201.3), (1013.0, 1013.3), (9.9e4, 9.95e4), (1.1e5, 1.1001e5), (1.1e5, 1.09e5), (1e6, 1.01e6),
     (1e6, 9.7e5), (3e7, 3.0001e7), (12.3, 0.0017), (0.3, 412.0)]
for a, x in G:
    lp, lq = gammas(a, x)
    row('log_gamma_p', lp, a, x); row('log_gamma_q', lq, a, x)

def betas(a, b, x):
    a, b, x = m(a), m(b), m(x)
    if x <= (a + 1) / (a + b + 2): p = lower(a, b, x); return log(p), log(1 - p)
    q = lower(b, a, 1 - x); return log(1 - q), log(q)
def lower(a, b, x):  # series DLMF 8.17.8: x^a (1-x)^b / (a B) * sum (a+b)_n / (a+1)_n x^n
    t = s = mpf(1); n = 0
    while abs(t) > mpf(10) ** (-mp.dps - 5) * s:
        t *= (a + b + n) * x / (a + 1 + n); n += 1; s += t
    return exp(a * log(x) + b * log(1 - x) - log(a) - loggamma(a) - loggamma(b) + loggamma(a + b)) * s
B = [(0.5, 0.5, 0.31), (0.013, 2.7, 0.0041), (2.3, 0.07, 0.83), (1.0, 1.0, 0.37), (3.3, 7.1, 0.29), (3.3, 7.1, 0.93), (31.7, 29.3, 0.51),
     (31.7, 29.3, 0.11), (1e3, 2e3, 0.34), (1e5, 1.3e5, 0.436), (0.7, 1e4, 3e-5), (12.3, 4e3, 0.0091), (5.1, 2.2, 1e-12), (1e6, 1.0, 0.9999991)]
for a, b, x in B:
    lp, lq = betas(a, b, x)
    row('log_beta_p', lp, a, b, x); row('log_beta_q', lq, a, b, x)

for z in (-1e10, -143.7, -38.1, -20.3, -10.01, -9.99, -3.3, -0.71, -1e-9, 0.31, 0.99, 1.01, 4.7, 8.3, 21.9):
    row('normal_log_phi', log(erfc(-m(z) / sqrt(mpf(2))) / 2), z)
def quantile(p, upper=False):
    p = mpf(p); flip = p > 0.5
    t = 1 - p if flip else p
    z = -sqrt(-2 * log(t)) if t < 0.1 else mpf(-1) * (0.5 - t) * 2.5
    for _ in range(200):
        f = erfc(-z / sqrt(mpf(2))) / 2
        step = (log(f) - log(t)) * f / (exp(-z * z / 2) / sqrt(2 * pi)); z -= step
        if abs(step) < mpf(10) ** -50 * max(1, abs(z)): break
    return -z if flip else z
for p in (1e-300, 1e-17, 1e-9, 0.0013, 0.074, 0.076, 0.31, 0.4999999, 0.5000001, 0.77, 0.93, 0.9999, 1 - 2.0 ** -50): row('normal_quantile', quantile(p), p)
for lp in (-1e8, -712.3, -301.0, -299.0, -41.3, -2.1, -0.31, -1e-3, -1e-15): row('normal_quantile_log', quantile(exp(m(lp))), lp)
for x in (1e-15, 0.31, -0.84, 0.86, 0.999999, -0.3): row('erf_inverse', erfinv(m(x)), x)
for x in (1e-290, 1e-17, 0.13, 0.99, 1.0 + 2.0 ** -30, 1.7, 1.97): row('erfc_inverse', quantile(1 - m(x) / 2) / sqrt(mpf(2)) if x > 1e-3 else -quantile(m(x) / 2) / sqrt(mpf(2)), x)
mp.dps = 60
# inverses: the argument is a double p; the answer is polished by Newton at 60 digits
def ginv(a, p):
    a, p = m(a), m(p); u = log(max(a, mpf('0.1')))
    lo, hi = mpf(-800), mpf(60)
    for _ in range(260):
        u = (lo + hi) / 2
        if exp(gammas(a, exp(u))[0]) < p: lo = u
        else: hi = u
    return exp(u)
for a, p in ((0.07, 0.31), (0.5, 1e-7), (0.9, 0.999), (1.0, 0.5), (3.3, 0.017), (47.1, 0.91), (47.1, 1e-12), (1013.0, 0.5)): row('gamma_p_inverse', ginv(a, p), a, p)
def binv(a, b, p):
    lo, hi = mpf(-300), mpf(300)
    for _ in range(260):
        u = (lo + hi) / 2
        if exp(betas(a, b, 1 / (1 + exp(-u)))[0]) < m(p): lo = u
        else: hi = u
    return 1 / (1 + exp(-u))
for a, b, p in ((0.5, 0.5, 0.31), (0.3, 2.1, 1e-5), (2.3, 0.7, 0.999), (31.7, 29.3, 0.05), (1.0, 1.0, 0.37), (7.1, 311.0, 0.77)): row('beta_p_inverse', binv(a, b, p), a, b, p)

print('/* special_reference.h: made by tests/reference/special.py (mpmath). */')
print('/* clang-format off */'); print('static const struct row rows[] = {')
print('\n'.join(rows))
print('};')
