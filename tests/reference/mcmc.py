"""Prints the reference numbers of tests/unit/test_mcmc.c, by arviz 0.23 on the same sample.

The sample is made by both sides from integers, so that it is the same to the last bit:
    s = 12345; s = (1103515245 s + 12345) mod 2^31, u = s / 2^31, in the order chain, draw;
    x = 0.75 x_before + u1 + u2 + u3 + u4 - 2 (four u's a draw, x_before = 0 at a chain's start),
    chain 3 shifted by 0.5 in the sample "shifted"; squared in "skewed"; floor(4 x) in "tied".
numpy adds left to right here, as C does."""
import arviz as az, numpy as np
def sample(chains, draws):
    s = 12345; out = np.zeros((chains, draws))
    for c in range(chains):
        x = 0.0
        for i in range(draws):
            x = 0.75 * x
            for _ in range(4):
                s = (1103515245 * s + 12345) % 2**31
                x = x + s / 2.0**31
            x = x - 2.0
            out[c, i] = x
    return out
x = sample(4, 501)
shifted = x.copy(); shifted[3] += 0.5
for name, y in (("plain", x), ("shifted", shifted), ("skewed", x * x), ("tied", np.floor(4 * x)), ("two", sample(2, 40))):
    a = az.convert_to_dataset(y)
    f = lambda d: float(d.x.values)
    print('    {"%s", %r, %r, %r, %r, %r, %r, %r},' % (name, f(az.rhat(a)), f(az.ess(a, method="bulk")), f(az.ess(a, method="tail")),
        f(az.ess(a, method="mean")), f(az.mcse(a, method="mean")), f(az.mcse(a, method="quantile", prob=0.1)), float(az.bfmi(y).min())))
