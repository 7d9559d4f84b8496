"""Prints the reference table of tests/unit/test_distribution.c: densities and tails by mpmath 1.4,
from the textbook formulas (tails by the series of special.py).

    python3 distribution.py > ../unit/distribution_reference.h"""
from mpmath import *
mp.dps = 1300  # 1 - p with p within 1e-1145 of one
m = mpf
rows = []
def text(v):
    if v == -inf: return '-HUGE_VAL'
    return nstr(v, 20) if abs(v) > mpf(10) ** -300 else '0.0'  # no double is that small
def row(name, x, pars, lpdf, p, q):
    pars = list(pars) + [0.0] * (4 - len(pars))
    rows.append('    {%s, %r, {%r, %r, %r, %r}, %s, %s, %s},' % ((name.upper(), x) + tuple(pars) +
                (text(lpdf), text(log(p)), text(log(q)))))
def Phi(z): return erfc(-m(z) / sqrt(m(2))) / 2 if abs(z) < 1e100 else m(z > 0)
def gser(a, x):
    t = s = m(1); n = 0
    while t > mpf(10) ** -1310 * s: n += 1; t *= x / (a + n); s += t
    return exp(a * log(x) - x - loggamma(a + 1)) * s
def bser(a, b, x):
    t = s = m(1); n = 0
    while abs(t) > mpf(10) ** -1310 * s: t *= (a + b + n) * x / (a + 1 + n); n += 1; s += t
    return exp(a * log(x) + b * log(1 - x) - log(a) - loggamma(a) - loggamma(b) + loggamma(a + b)) * s
def both(p): return p, 1 - p
def P(a, x): return both(gser(m(a), m(x)))
def I(a, b, x):
    a, b, x = m(a), m(b), m(x)
    if x < (a + 1) / (a + b + 2): return both(bser(a, b, x))
    q, p = both(bser(b, a, 1 - x)); return p, q

for x, mu, s in ((0.37, 0.1, 1.3), (-17.3, 1.1, 0.9), (4.4, -2.2, 0.71)):
    z = (m(x) - m(mu)) / m(s); row('normal', x, (mu, s), -z * z / 2 - log(m(s)) - log(2 * pi) / 2, Phi(z), Phi(-z))
    if x > 0:
        z = m(x) / m(s); row('half_normal', x, (s,), log(m(2)) - z * z / 2 - log(m(s)) - log(2 * pi) / 2, erf(z / sqrt(m(2))), erfc(z / sqrt(m(2))))
        z = (log(m(x)) - m(mu)) / m(s); row('lognormal', x, (mu, s), -z * z / 2 - log(m(s)) - log(2 * pi) / 2 - log(m(x)), Phi(z), Phi(-z))
row('half_normal', 0.013, (1.7,), log(m(2)) - (m(0.013) / m(1.7)) ** 2 / 2 - log(m(1.7)) - log(2 * pi) / 2, erf(m(0.013) / m(1.7) / sqrt(m(2))), erfc(m(0.013) / m(1.7) / sqrt(m(2))))
row('lognormal', 0.0031, (0.3, 0.9), -((log(m(0.0031)) - m(0.3)) / m(0.9)) ** 2 / 2 - log(m(0.9)) - log(2 * pi) / 2 - log(m(0.0031)),
    Phi((log(m(0.0031)) - m(0.3)) / m(0.9)), Phi(-(log(m(0.0031)) - m(0.3)) / m(0.9)))
for x, nu, mu, s in ((1.7, 3.3, 0.4, 1.9), (-41.3, 2.1, 0.4, 1.9), (0.41, 17.9, 0.4, 1.9), (3.1, 251.0, 0.2, 0.7), (2e6, 1.0, 0.0, 1.0)):
    n, z = m(nu), (m(x) - m(mu)) / m(s)
    l = loggamma((n + 1) / 2) - loggamma(n / 2) - log(n * pi) / 2 - log(m(s)) - (n + 1) / 2 * log(1 + z * z / n)
    t = I(n / 2, m(1) / 2, n / (n + z * z))[0] / 2
    row('student_t', x, (nu, mu, s), l, t if z < 0 else 1 - t, 1 - t if z < 0 else t)
for x, a, r in ((0.71, 2.3, 1.7), (0.0011, 0.31, 2.9), (41.3, 17.7, 0.51), (13.3, 2.1, 3.7), (211.7, 1013.0, 4.7)):
    l = m(a) * log(m(r)) + (m(a) - 1) * log(m(x)) - m(r) * m(x) - loggamma(m(a))
    row('gamma', x, (a, r), l, *P(a, m(r) * m(x)))
    y = m(1) / m(x)
    p, q = P(a, m(r) / m(x))
    row('inverse_gamma', x, (a, r), m(a) * log(m(r)) - (m(a) + 1) * log(m(x)) - m(r) / m(x) - loggamma(m(a)), q, p)
for x, r in ((0.031, 1.7), (41.3, 0.9), (1.1, 0.7)): row('exponential', x, (r,), log(m(r)) - m(r) * m(x), 1 - exp(-m(r) * m(x)), exp(-m(r) * m(x)))
for x, a, b in ((0.31, 2.3, 4.1), (0.97, 0.7, 0.31), (0.0013, 31.7, 411.0), (0.512, 117.3, 111.9)):
    row('beta', x, (a, b), (m(a) - 1) * log(m(x)) + (m(b) - 1) * log(1 - m(x)) - loggamma(m(a)) - loggamma(m(b)) + loggamma(m(a) + m(b)), *I(a, b, x))
for x, a, b in ((0.31, -0.7, 2.9), (2.83, -0.7, 2.9)): row('uniform', x, (a, b), -log(m(b) - m(a)), (m(x) - m(a)) / (m(b) - m(a)), (m(b) - m(x)) / (m(b) - m(a)))
for x, mu, s, a, b in ((0.31, 0.1, 1.3, -0.7, 2.9), (11.3, 0.1, 1.3, 11.1, 1e300), (-7.7, 3.1, 0.9, -9.3, -7.1), (0.9, 0.0, 1.0, -1e300, 1.1), (2.0, 1.7, 0.51, 0.0, 1e300)):
    lo, hi, z = (m(a) - m(mu)) / m(s), (m(b) - m(mu)) / m(s), (m(x) - m(mu)) / m(s)
    sgn = -1 if lo > 0 else 1
    mass = lambda u, v: Phi(v) - Phi(u) if u < 0 else Phi(-u) - Phi(-v)
    row('truncated_normal', x, (mu, s, a, b), -z * z / 2 - log(m(s)) - log(2 * pi) / 2 - log(mass(lo, hi)), mass(lo, z) / mass(lo, hi), mass(z, hi) / mass(lo, hi))
for x, mu, s in ((0.31, 0.7, 1.3), (41.7, 0.7, 1.3), (0.7001, 0.7, 1.3)):
    z = (m(x) - m(mu)) / m(s); t = exp(-abs(z)) / 2
    row('laplace', x, (mu, s), -abs(z) - log(2 * m(s)), t if z < 0 else 1 - t, 1 - t if z < 0 else t)
for x, s in ((0.31, 1.3), (1e9, 1.3), (1.31, 1.3)):
    z = m(x) / m(s); row('half_cauchy', x, (s,), log(2 / pi) - log(m(s)) - log(1 + z * z), 2 / pi * atan(z), 2 / pi * atan(1 / z))
for k, mu in ((0.0, 0.31), (3.0, 2.7), (117.0, 91.3), (7.0, 51.3), (40000.0, 40101.5)):
    p, q = P(k + 1, mu); row('poisson', k, (mu,), m(k) * log(m(mu)) - m(mu) - loggamma(m(k) + 1), q, p)
for k, n, c in ((0.0, 7.0, 0.31), (3.0, 17.0, 0.21), (31.0, 1013.0, 0.037), (7.0, 7.0, 0.9), (510.0, 1000.0, 0.47), (1.0, 1e6, 1e-7)):
    if k < n: q, p = I(m(k) + 1, m(n) - m(k), c)
    else: p, q = m(1), m(0)
    if q == 0: continue
    row('binomial', k, (n, c), log(binomial(m(n), m(k))) + m(k) * log(m(c)) + (m(n) - m(k)) * log(1 - m(c)), p, q)
for k, mu, r in ((0.0, 2.3, 0.71), (3.0, 2.3, 0.71), (117.0, 41.3, 3.1), (11.0, 7.7, 1e4), (2.0, 91.3, 17.1)):
    M, R, K = m(mu), m(r), m(k)
    l = loggamma(K + R) - loggamma(R) - loggamma(K + 1) + R * log(R / (R + M)) + K * log(M / (R + M))
    row('negative_binomial', k, (mu, r), l, *I(R, K + 1, R / (R + M)))
print('/* distribution_reference.h: made by tests/reference/distribution.py (mpmath). */')
print('/* clang-format off */'); print('static const struct row rows[] = {'); print('\n'.join(rows)); print('};')
