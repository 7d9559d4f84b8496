"""Prints the reference table of tests/unit/test_triangulate.c: posteriors by mpmath, 20 digits.

    python3 triangulate.py > ../unit/triangulate_reference.h

The joint normal of all log ratios is written as a matrix for each tau, and tau is integrated by Gauss-Legendre over its own
scale; the C code eliminates b by hand and uses another rule. Nothing in the tests needs Python."""
from mpmath import *
mp.dps = 20
Z90 = sqrt(mpf(2)) * erfinv(mpf('0.9'))
B, S = log(mpf(4)), log(mpf(2))
phi = lambda z: erfc(-z / sqrt(mpf(2))) / 2
pdf = lambda x, m, s: exp(-((x - m) / s) ** 2 / 2) / (s * sqrt(2 * pi))

def parts(d, v, u):
    """By tau: p(tau) p(d | tau) and the predictive mean and variance of another channel's log ratio."""
    n = len(d)
    def at(tau):
        prior = exp(-(tau / S) ** 2 / 2)
        if n == 0: return prior, mpf(0), B ** 2 + tau ** 2 + u ** 2
        cov = matrix(n, n)
        for i in range(n):
            for j in range(n): cov[i, j] = B ** 2 + (v[i] + tau ** 2 if i == j else 0)
        ones, y = matrix([1] * n), matrix(d)
        sy, so = lu_solve(cov, y), lu_solve(cov, ones)
        like = exp(-(y.T * sy)[0] / 2) / sqrt(det(cov))
        return prior * like, B ** 2 * (ones.T * sy)[0], B ** 2 + tau ** 2 + u ** 2 - B ** 4 * (ones.T * so)[0]
    cuts = [0, 0.003, 0.01, 0.03, 0.1, 0.3, 0.7, 1.5, 3, 6, 9]
    nodes = []
    x = [mpf(r) for r in GL_X]
    for a, b in zip(cuts, cuts[1:]):
        for r, w in zip(x, GL_W): nodes.append((mpf(a) + (b - a) * (r + 1) / 2, w * (b - a) / 2))
    out = []
    for tau, w in nodes:
        p, m, q = at(tau)
        out.append((w * p, m, q))
    total = sum(o[0] for o in out)
    return [(o[0] / total, o[1], o[2]) for o in out]

def legendre(n):
    xs, ws = [], []
    for i in range(n):
        r = cos(pi * (i + mpf('0.75')) / (n + mpf('0.5')))
        slope = lambda t: n * (t * legendre_p(n, t) - legendre_p(n - 1, t)) / (t * t - 1)
        for _ in range(8): r -= legendre_p(n, r) / slope(r)
        dp = slope(r)
        xs.append(r); ws.append(2 / ((1 - r * r) * dp * dp))
    return xs, ws
def legendre_p(n, t):
    a, b = mpf(1), t
    for k in range(2, n + 1): a, b = b, ((2 * k - 1) * t * b - (k - 1) * a) / k
    return b
GL_X, GL_W = legendre(16)
assert abs(sum(GL_W) - 2) < mpf(10) ** -15

def root(f, lo, hi):
    for _ in range(60):
        m = (lo + hi) / 2
        if f(m) < 0: lo = m
        else: hi = m
    return (lo + hi) / 2

def case(name, learnt, effect, credit):
    """learnt: (effect low, high, credit low, high), points at the middle of the logs."""
    d, v = [], []
    for el, eh, cl, ch in learnt:
        el, eh, cl, ch = [log(mpf(t)) for t in (el, eh, cl, ch)]
        d.append((cl + ch) / 2 - (el + eh) / 2)
        v.append(((eh - el) / (2 * Z90)) ** 2 + ((ch - cl) / (2 * Z90)) ** 2)
    cl, ch = log(mpf(credit[0])), log(mpf(credit[1]))
    c, u = (cl + ch) / 2, (ch - cl) / (2 * Z90)
    mix = parts(d, v, u)
    alone = [exp(root(lambda t: sum(w * phi((t - (c - m)) / sqrt(q)) for w, m, q in mix) - p, mpf(-12), mpf(12)))
             for p in (mpf('0.5'), mpf('0.05'), mpf('0.95'))]
    if effect[0] > 0:
        el, eh = log(mpf(effect[0])), log(mpf(effect[1]))
        x, s = (el + eh) / 2, (eh - el) / (2 * Z90)
        below = sum(w * phi((x - (c - m)) / sqrt(q + s * s)) for w, m, q in mix)
        post = [(w * pdf(x, c - m, sqrt(q + s * s)), (x * q + (c - m) * s * s) / (q + s * s), sqrt(q * s * s / (q + s * s)))
                for w, m, q in mix]
        total = sum(t[0] for t in post)
        both = [exp(root(lambda t: sum(w * phi((t - m) / sd) for w, m, sd in post) / total - p, mpf(-12), mpf(12)))
                for p in (mpf('0.5'), mpf('0.05'), mpf('0.95'))]
    else:
        x, s = (mpf(effect[0]) + mpf(effect[1])) / 2, (mpf(effect[1]) - mpf(effect[0])) / (2 * Z90)
        g = lambda t: sum(w * pdf(t, c - m, sqrt(q)) for w, m, q in mix)
        h = mpf(1) / 100
        grid = [(c + h * i, g(c + h * i)) for i in range(-1200, 601)]
        below = h * sum(y * phi((x - exp(t)) / s) for t, y in grid)
        dens = [y * exp(-((x - exp(t)) / s) ** 2 / 2) for t, y in grid]
        total = sum(dens)
        both = []
        for p in (mpf('0.5'), mpf('0.05'), mpf('0.95')):
            # cumulative at cell ends, linear within a cell
            want, have = p * total, mpf(0)
            for (t, _), y in zip(grid, dens):
                if have + y >= want: both.append(exp(t - h / 2 + h * (want - have) / y)); break
                have += y
    p = 2 * min(below, 1 - below)
    f = lambda a: '{%s}' % ', '.join(nstr(t, 15) for t in a)
    l = '{%s}' % ', '.join('{%s}' % ', '.join(repr(float(t)) for t in r) for r in learnt) if learnt else '{{0}}'
    print('    {"%s", %d, %s, {%r, %r}, {%r, %r}, %s, %s, %s},' %
          (name, len(learnt), l, float(effect[0]), float(effect[1]), float(credit[0]), float(credit[1]), f(alone), nstr(p, 15), f(both)))

print('/* clang-format off */')
print('/* Made by tests/reference/triangulate.py with mpmath: name, channels learnt on as (effect low, high, credit low, high),')
print(' * effect low and high, credit low and high; from credit alone (median, low, high), p, both together. */')
print('static const reference_case reference[] = {')
good = [(3.1, 4.3, 2.7, 2.9), (1.9, 2.6, 1.7, 1.83), (0.71, 0.97, 0.61, 0.66), (6.3, 8.9, 6.0, 6.2), (1.1, 1.7, 1.13, 1.19)]
mixed = [(3.1, 4.3, 0.9, 0.97), (1.9, 2.6, 5.1, 5.3), (0.71, 0.97, 0.41, 0.46), (6.3, 8.9, 2.3, 2.4)]
case('no channel teaches', [], (3.7, 4.3), (0.78, 0.82))
case('no channel teaches, other credit', [], (3.7, 4.3), (1.28, 1.32))
case('one teaches', good[:1], (2.1, 5.9), (1.28, 1.32))
case('agreement, then a precise wrong credit', good, (3.7, 4.3), (0.78, 0.82))
case('agreement, wide effect', good, (1.3, 7.9), (2.33, 2.41))
case('scattered', mixed, (1.3, 7.9), (0.78, 0.82))
case('scattered, small error', mixed, (3.7, 4.3), (0.78, 0.82))
case('reaches zero', good, (-0.9, 3.7), (2.33, 2.41))
case('reaches zero, scattered', mixed, (-0.9, 3.7), (0.78, 0.82))
print('};')
