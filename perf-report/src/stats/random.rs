//! Numbers that look random and are the same in every run: a report of the same runs is the same.
//!
//! Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA (2014), with the
//! constants of Vigna's public-domain `splitmix64.c`. Not for secrets.

/// A stream of numbers, the same for the same seed.
#[derive(Debug, Clone)]
pub struct Stream {
    state: u64,
}

impl Stream {
    /// Makes the stream of this seed.
    pub fn of(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Draws the next number, each equally probable.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number below `limit`; 0 where there is none. Lemire, "Fast Random Integer Generation in an
    /// Interval", ACM Trans. Model. Comput. Simul. 29 (2019), without the correction: off by less than a
    /// part in 2^40 for all that has fewer than 2^24 elements.
    pub fn below(&mut self, limit: usize) -> usize {
        let product = u128::from(self.number()) * (limit as u128);
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// Draws a number from 0 up to, but without, 1.
    pub fn share(&mut self) -> f64 {
        crate::stats::number::float(self.number() >> 11) / crate::stats::number::float(1 << 53)
    }

    /// Draws normal noise, of mean 0 and variance 1. Box and Muller, Ann. Math. Stat. 29 (1958).
    pub fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.share(), std::f64::consts::TAU * self.share());
        (-2.0 * radius.ln()).sqrt() * angle.cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_reference() {
        // The first of seed 1234567, as the reference implementation gives them.
        let mut stream = Stream::of(1_234_567);
        let numbers: Vec<u64> = (0..3).map(|_| stream.number()).collect();
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn every_element_is_reached_about_equally_often() {
        let mut stream = Stream::of(1);
        let mut counts = [0_u32; 7];
        (0..70_000).for_each(|_| counts[stream.below(7)] += 1);
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 400), "{counts:?}");
        assert_eq!(stream.below(0), 0);
        assert!((0..1_000).map(|_| stream.share()).all(|share| (0.0..1.0).contains(&share)));
    }

    #[test]
    fn normal_noise_is_as_wide_and_as_heavy_as_it_should_be() {
        let mut stream = Stream::of(3);
        let values: Vec<f64> = (0..100_000).map(|_| stream.normal()).collect();
        let moment = |power: i32| values.iter().map(|it| it.powi(power)).sum::<f64>() / 1e5;
        let moments = [1, 2, 3, 4].map(moment);
        for (found, due) in moments.into_iter().zip([0.0, 1.0, 0.0, 3.0]) {
            assert!((found - due).abs() < 0.06, "{moments:?}");
        }
    }
}
