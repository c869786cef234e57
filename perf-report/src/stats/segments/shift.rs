//! The gain in fit of the values on two sides of a place once those of one side are shifted.
//!
//! The larger side gives the density of the noise, by a kernel with heavy tails (Parzen 1962). The values
//! of the other are likely under it or not, and the statistic is by how much their likelihood grows with
//! the best common shift: a likelihood ratio for a shift under noise of unknown shape. Where a series has
//! several levels at once, as on machines of several kinds, a shift by less than their distance is seen
//! because the levels no longer meet. The same values, dealt to the two sides anew, show how large the
//! statistic becomes by chance (Pitman 1937).

use std::ops::Range;

use crate::stats::random::Stream;

/// Width of the kernel, and of a cell, in interquartile ranges: narrow, to hold levels apart.
const WIDTH: f64 = 0.1;
/// The narrowest cell, as a difference of logarithms: a twentieth of what is a change by default.
const NARROWEST: f64 = 0.000_5;
/// The largest shift that is tried, in cells; the rank test finds what is larger.
const REACH: usize = 24;
/// Interquartile ranges from the median at which values are held.
const FARTHEST: f64 = 3.0;
/// Deals before one that shows nothing is given up.
const FIRST_DEALS: usize = 50;
/// Deals in all.
const DEALS: usize = 400;
/// The deals that show how fast the tail of their distribution falls.
const TAIL: usize = DEALS / 10;

/// The evidence for a shift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shifted {
    /// The probability by which chance alone explains as much.
    pub(super) p_value: f64,
    /// The values after less those before.
    pub(super) shift: f64,
}

/// Tests whether the values from `split` on are those before it, shifted.
pub(super) fn test(values: &[f64], split: usize) -> Shifted {
    let mut grid = Grid::new(values);
    let (probe, sign) =
        if 2 * split >= values.len() { (split..values.len(), 1.0) } else { (0..split, -1.0) };
    let observed = grid.gain_of(probe.clone());
    Shifted {
        p_value: grid.p_value(probe.len(), observed.gain),
        shift: sign * observed.cells * grid.cell,
    }
}

/// The growth of the logarithm of the likelihood, and its shift.
#[derive(Debug, Clone, Copy, Default)]
struct Gain {
    gain: f32,
    cells: f64,
}

/// The values as cells of equal width, and the density of all of them.
#[derive(Debug)]
struct Grid {
    cell: f64,
    /// The cell of each value.
    cells: Vec<usize>,
    /// The kernel, centred at the number of cells.
    kernel: Vec<f32>,
    all: Vec<f32>,
    density: Vec<f32>,
    gains: [f32; 2 * REACH + 1],
}

impl Grid {
    fn new(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |part: usize| sorted.get(sorted.len() * part / 4).copied().unwrap_or(0.0);
        let (middle, range) = (at(2), at(3) - at(1));
        let cell = (WIDTH * range).max(NARROWEST);
        let half = (FARTHEST / WIDTH).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within bounds"
        )]
        let cells: Vec<usize> = values
            .iter()
            .map(|value| {
                (((value - middle) / cell).round().clamp(-half, half) + half) as usize + REACH
            })
            .collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a constant")]
        let length = 2 * (half as usize + REACH) + 1;
        let mut grid = Self {
            cell,
            cells,
            kernel: kernel(length),
            all: vec![0.0; length],
            density: vec![0.0; length],
            gains: [0.0; 2 * REACH + 1],
        };
        for &cell in &grid.cells {
            for (all, kernel) in grid.all.iter_mut().zip(&grid.kernel[length - cell..]) {
                *all += kernel;
            }
        }
        grid
    }

    /// Returns the gain of the values at these places, the others being the density.
    fn gain_of(&mut self, probe: Range<usize>) -> Gain {
        let cells = self.cells.get(probe).unwrap_or_default().to_vec();
        self.gain(&cells)
    }

    fn gain(&mut self, probe: &[usize]) -> Gain {
        self.density.copy_from_slice(&self.all);
        let length = self.density.len();
        for &cell in probe {
            for (density, kernel) in self.density.iter_mut().zip(&self.kernel[length - cell..]) {
                *density -= kernel;
            }
        }
        for density in &mut self.density {
            // What is left of a sum of which all was taken.
            *density = ln(density.max(1e-4));
        }
        self.gains.fill(0.0);
        for &cell in probe {
            let around = &self.density[cell - REACH..=cell + REACH];
            for (gain, density) in self.gains.iter_mut().zip(around) {
                *gain += density;
            }
        }
        let unshifted = self.gains[REACH];
        let mut best = Gain::default();
        for (&gain, cells) in self.gains.iter().zip(0u8..) {
            if gain - unshifted > best.gain {
                best.gain = gain - unshifted;
                #[expect(clippy::cast_precision_loss, reason = "a small constant")]
                let reach = REACH as f64;
                best.cells = reach - f64::from(cells);
            }
        }
        best
    }

    /// Returns the share of deals in which `count` values gain as much as `observed` by chance. Beyond
    /// these deals, the tail is taken to fall exponentially, as that of a likelihood ratio does.
    #[expect(clippy::cast_precision_loss, reason = "small constants")]
    fn p_value(&mut self, count: usize, observed: f32) -> f64 {
        let mut random = Stream::of(self.cells.len() as u64);
        let mut deck = self.cells.clone();
        let mut gains = Vec::with_capacity(DEALS);
        let mut above = 0;
        for deal in 1..=DEALS {
            for card in 0..count {
                let other = card + random.below(deck.len() - card);
                deck.swap(card, other);
            }
            let gain = self.gain(&deck[..count]).gain;
            above += usize::from(gain >= observed);
            gains.push(gain);
            if (deal <= FIRST_DEALS && above >= 4) || above >= TAIL {
                return above as f64 / deal as f64;
            }
        }
        gains.sort_unstable_by(f32::total_cmp);
        let (_, tail) = gains.split_at(DEALS - TAIL);
        let start = f64::from(tail[0]);
        let excess = tail.iter().map(|&gain| f64::from(gain) - start).sum::<f64>() / TAIL as f64;
        let beyond = (f64::from(observed) - start).max(0.0) / excess.max(1.0);
        (TAIL as f64 / DEALS as f64) * (-beyond).exp()
    }
}

/// Returns Cauchy's curve, one cell wide on each side, from `-length` to `length`.
fn kernel(length: usize) -> Vec<f32> {
    let curve = |at: usize| {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let x = at.abs_diff(length) as f32;
        1.0 / (1.0 + x * x)
    };
    (0..2 * length).map(curve).collect()
}

/// Returns the natural logarithm within 0.001, the same on every machine, and in a loop several at a time.
#[expect(clippy::cast_precision_loss, reason = "an exponent")]
fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    let exponent = (bits >> 23) as f32 - 127.0;
    let mantissa = f32::from_bits((bits & 0x007F_FFFF) | 0x3F80_0000);
    // A polynomial for log2 on [1, 2), exact at both ends.
    let log = ((0.158_248_71 * mantissa - 1.051_875) * mantissa + 3.047_884) * mantissa;
    (exponent + log - 2.153_620_7) * std::f32::consts::LN_2
}
