// Writes the example's exports: orders.csv.gz, spend.csv, rates.csv. Everything is invented, and the
// same on every machine: one seeded generator, gzip without a time.
//
//   node examples/shop/make-data.mjs
//
// The exports have the habits of real ones: three currencies, refunds as negative lines, orders
// without a channel, aliases of channels, a line exported twice, amounts that are no amounts, and a
// last day that is not over yet.
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), 'data');
let state = 20261116;
function uniform() { // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
const poisson = (mean) => { let k = 0, p = Math.exp(-mean), s = p, u = uniform(); while (u > s && k < 999) { p *= mean / ++k; s += p; } return k; };
const pick = (weights) => { let u = uniform() * weights.reduce((a, w) => a + w[1], 0); for (const [x, w] of weights) if ((u -= w) < 0) return x; return weights[0][0]; };

const firstDay = Date.UTC(2024, 10, 18); // a Monday
const days = 104 * 7 + 1;                // two years and the morning after
const iso = (t) => new Date(t).toISOString().slice(0, 10);
const channels = [ // as the shop records it, orders a day, spend a day
  ['paid social', 6.5, 118], ['Google Ads', 6.0, 74], ['brand search', 2.6, 14], ['affiliates', 2.4, 25],
  ['newsletter', 3.0, 0], ['direct', 4.2, 0], ['', 1.1, 0], ['television', 0.9, 46]];
const products = [ // name, price, cost
  ['House blend 1 kg', 24.9, 9.8], ['Single origin 500 g', 18.5, 7.2], ['Espresso 1 kg', 26.5, 10.4],
  ['Decaf 500 g', 16.9, 6.9], ['Filter papers', 4.9, 1.6], ['Hand grinder', 79, 41]];
const countries = [['EUR', 0.86], ['GBP', 0.09], ['CHF', 0.05]];

const rateAt = (day, currency) => {
  const t = day / 86400000;
  return currency === 'GBP' ? 1.165 + 0.02 * Math.sin(t / 90) : 1.05 + 0.015 * Math.sin(t / 70 + 1);
};
const season = (day) => {
  const d = new Date(day), doy = (day - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86400000;
  const week = [1.08, 1.02, 0.99, 0.98, 1.0, 0.93, 1.0][(d.getUTCDay() + 6) % 7];
  const peak = d.getUTCMonth() === 10 && d.getUTCDate() > 22 ? 1.35 : d.getUTCMonth() === 11 && d.getUTCDate() < 21 ? 1.3 : 1;
  return week * peak * (1 + 0.07 * Math.cos((2 * Math.PI * (doy - 20)) / 365));
};

const orders = ['order_line,order_no,ordered_at,customer,channel,product,quantity,gross,discount,cost,shipping,fees,currency'];
const spend = ['day,channel,campaign,cost,currency,impressions,clicks'];
const rates = ['day,currency,rate'];
let orderNo = 500000;
for (let i = 0; i < days; i++) {
  const day = firstDay + i * 86400000, morning = i === days - 1;
  const growth = 1 + (0.16 * i) / days;
  for (const [name, perDay, cost] of channels) {
    const social = name === 'paid social' && i > 690 ? 0.8 : 1; // the same people, reached more often
    const raised = name === 'paid social' && i > 660 ? 1.45 : 1;
    const n = poisson(perDay * season(day) * growth * social * (1 + (raised - 1) * 0.25) * (morning ? 0.3 : 1));
    for (let k = 0; k < n; k++) {
      const currency = pick(countries), rate = currency === 'EUR' ? 1 : rateAt(day, currency);
      const customer = `C${10000 + Math.floor(Math.pow(uniform(), 1.7) * 6200)}`;
      const second = Math.floor((morning ? 0 : 6 * 3600) + uniform() * (morning ? 6.2 : 17.9) * 3600);
      const at = `${iso(day)} ${new Date(second * 1000).toISOString().slice(11, 19)}`;
      const number = ++orderNo, lines = pick([[1, 0.6], [2, 0.29], [3, 0.11]]);
      for (let line = 1; line <= lines; line++) {
        const [product, price, unitCost] = products[Math.floor(uniform() * uniform() * products.length)];
        const quantity = pick([[1, 0.68], [2, 0.24], [3, 0.08]]);
        const gross = (price * quantity) / rate, discount = uniform() < 0.17 ? gross * 0.1 : 0;
        const paid = gross - discount, shippingCost = line === 1 ? 3.9 / rate : 0;
        const label = name === 'paid social' && uniform() < 0.1 ? 'Facebook' : name;
        const row = (sign, suffix) => [`${number}-${line}${suffix}`, number, at, uniform() < 0.02 ? '' : customer, label, product,
          sign * quantity, (sign * gross).toFixed(2), (sign * discount).toFixed(2), (sign * unitCost * quantity / rate).toFixed(2),
          (sign > 0 ? shippingCost : 0).toFixed(2), (sign > 0 ? paid * 0.014 : 0).toFixed(2), currency].join(',');
        orders.push(row(1, ''));
        if (uniform() < 0.012) orders.push(row(-1, 'R'));
      }
    }
    if (cost > 0 && !morning) {
      const off = name === 'television' && (i % 91) > 56; // flights
      const amount = off ? 0 : cost * raised * season(day) * (0.92 + 0.16 * uniform());
      const [a, b] = name === 'Google Ads' ? ['generic', 'shopping'] : name === 'paid social' ? ['prospecting', 'retargeting'] : ['always on', ''];
      for (const [campaign, share] of [[a, b ? 0.62 : 1], [b, 0.38]]) {
        if (!campaign || amount === 0) continue;
        const impressions = Math.round(amount * share * (140 + 20 * normal()));
        spend.push([iso(day), name, campaign, (amount * share).toFixed(2), 'EUR', impressions, Math.round(impressions * 0.011)].join(','));
      }
    }
  }
  const weekday = new Date(day).getUTCDay();
  if (weekday !== 0 && weekday !== 6)
    for (const currency of ['CHF', 'GBP']) rates.push([iso(day), currency, rateAt(day, currency).toFixed(5)].join(','));
}
orders.splice(4000, 0, orders[3990]); // exported twice
orders[9001] = orders[9001].replace(/,[\d.-]+,([A-Z]{3})$/, ',n/a,$1'); // an amount that is none
orders[12345] = orders[12345].replace(/^([^,]+,[^,]+),[^,]+/, '$1,yesterday');

const zipped = gzipSync(orders.join('\n') + '\n', { level: 9 });
zipped[9] = 255; // the operating system's byte, the same everywhere
writeFileSync(join(here, 'orders.csv.gz'), zipped);
writeFileSync(join(here, 'spend.csv'), spend.join('\n') + '\n');
writeFileSync(join(here, 'rates.csv'), rates.join('\n') + '\n');
console.log(`${orders.length - 1} order lines, ${spend.length - 1} spend rows, ${rates.length - 1} rates`);
