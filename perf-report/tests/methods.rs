//! The methods of others that the benchmarks hold ours against, by the examples of who published them. They
//! live beside the benchmarks; tests of a benchmark without a harness would not run there.

#[path = "../benches/methods/bootstrap.rs"]
mod bootstrap;
#[path = "../benches/methods/permutation.rs"]
mod permutation;
#[path = "../benches/methods/quantile.rs"]
mod quantile;
#[path = "../benches/methods/rank.rs"]
mod rank;
#[path = "../benches/methods/welch.rs"]
mod welch;

mod rank_by_example {
    use crate::rank::mann_whitney;

    #[test]
    fn three_against_three() {
        let ranks = mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap();
        assert!((ranks.p_value - 0.1).abs() < 1e-12 && (ranks.shift - 3.0).abs() < 1e-12);
    }

    #[test]
    fn permeability_of_membranes() {
        // Hollander and Wolfe (1973), p. 69; R's ?wilcox.test: W = 35, one-sided p = 0.1272.
        let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let early = [1.15, 0.88, 0.90, 0.74, 1.21];
        let ranks = mann_whitney(&term, &early).unwrap();
        assert!((ranks.u - 35.0).abs() < 1e-12, "{ranks:?}");
        assert!((ranks.p_value / 2.0 - 0.1272).abs() < 5e-5, "{ranks:?}");
        assert!((ranks.shift + 0.305).abs() < 1e-9, "{ranks:?}");
    }

    #[test]
    fn ozone_in_may_and_august() {
        // Chambers et al. (1983), R's `airquality`; R's ?wilcox.test: W = 127.5, p = 0.0001208.
        let may = [
            41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23,
            45, 115, 37,
        ];
        let august = [
            39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168,
            73, 76, 118, 84, 85,
        ];
        let ranks = mann_whitney(&may.map(f64::from), &august.map(f64::from)).unwrap();
        assert!((ranks.u - 127.5).abs() < 1e-12, "{ranks:?}");
        assert!((ranks.p_value - 0.000_120_8).abs() < 5e-8, "{ranks:?}");
    }

    #[test]
    fn ties_are_counted_exactly() {
        // Of the six choices of two of 1, 2, 2, 3, two are as extreme as (1, 2): those two.
        let ranks = mann_whitney(&[1.0, 2.0], &[2.0, 3.0]).unwrap();
        assert!((ranks.p_value - 4.0 / 6.0).abs() < 1e-12, "{ranks:?}");
        let same = mann_whitney(&[5.0; 3], &[5.0; 4]).unwrap();
        assert!((same.p_value - 1.0).abs() < 1e-12);
        let many = mann_whitney(&[5.0; 30], &[5.0; 40]).unwrap();
        assert!((many.p_value - 1.0).abs() < 1e-12);
    }

    #[test]
    fn no_order_without_values() {
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        assert_eq!(mann_whitney(&[1.0], &[f64::NAN]), None);
    }
}

mod welch_by_example {
    use crate::welch::welch;

    #[test]
    fn means_that_lie_far_apart() {
        let welch = welch(&[1.0, 2.0, 3.0], &[11.0, 12.0, 13.0]).unwrap();
        assert!((welch.difference - 10.0).abs() < 1e-12 && welch.p_value < 0.001);
    }

    #[test]
    fn students_sleep() {
        // Student (1908), hours of sleep gained with two drugs; Welch's test as in R's ?sleep.
        let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let welch = welch(&first, &second).unwrap();
        assert!((welch.t - 1.8608).abs() < 5e-5, "{welch:?}");
        assert!((welch.degrees - 17.776).abs() < 5e-4, "{welch:?}");
        assert!((welch.p_value - 0.079_39).abs() < 5e-6, "{welch:?}");
    }

    #[test]
    fn what_has_no_spread_has_no_answer() {
        assert_eq!(welch(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(welch(&[1.0; 4], &[2.0; 4]), None);
        assert_eq!(welch(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(welch(&[f64::MAX, f64::MIN], &[1.0, 2.0]), None);
    }
}
