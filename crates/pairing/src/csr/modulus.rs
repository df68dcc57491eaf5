//! RSA moduli that anyone can factor. Each rule stands for keys that were really found in the field; together they
//! take a fraction of a millisecond.

use std::sync::LazyLock;

use num_bigint::BigUint;

use super::KeyRefusal;

/// Judges a modulus of acceptable size.
pub(super) fn check(modulus: &BigUint) -> Result<(), KeyRefusal> {
    if !modulus.bit(0) {
        return Err(KeyRefusal::EvenModulus);
    }
    let residues: Vec<u32> = SMALL_PRIMES.iter().map(|prime| remainder(modulus, prime.value)).collect();
    if let Some((prime, _)) = SMALL_PRIMES.iter().zip(&residues).find(|(_, residue)| **residue == 0) {
        return Err(KeyRefusal::SmallFactor(prime.value));
    }
    let root = modulus.sqrt();
    if &root * &root == *modulus {
        return Err(KeyRefusal::Square);
    }
    if SMALL_PRIMES.iter().zip(&residues).all(|(prime, residue)| prime.admits_roca(*residue)) {
        return Err(KeyRefusal::Roca);
    }
    if has_close_primes(modulus, root) {
        return Err(KeyRefusal::ClosePrimes);
    }
    Ok(())
}

/// Fermat's method: n = a² − b² = (a − b)(a + b) is found quickly where both primes are near √n. Some printers made
/// such keys (CVE-2022-26320). 100 rounds cover differences far beyond what a sound generator ever produces.
fn has_close_primes(modulus: &BigUint, root: BigUint) -> bool {
    const ROUNDS: usize = 100;
    let a = root + 1u32;
    let mut rest = &a * &a - modulus;
    // (a + 1)² − a², and so on: the squares of consecutive numbers are consecutive odd numbers apart.
    let mut step = (a << 1) + 1u32;
    for _ in 0..ROUNDS {
        if is_square(&rest) {
            return true;
        }
        rest += &step;
        step += 2u32;
    }
    false
}

fn is_square(number: &BigUint) -> bool {
    // Squares are rare among remainders: three quick looks spare all but one root in fifty.
    let may_be = |modulus: u32| {
        let residue = remainder(number, modulus);
        (0..modulus).any(|root| root * root % modulus == residue)
    };
    if ![64, 63, 65].into_iter().all(may_be) {
        return false;
    }
    let root = number.sqrt();
    &root * &root == *number
}

fn remainder(number: &BigUint, divisor: u32) -> u32 {
    // The remainder is smaller than the divisor, so it always fits.
    u32::try_from(number % divisor).unwrap_or_default()
}

struct SmallPrime {
    value: u32,
    /// The order of 65537 in the multiplicative group; `None` where the ROCA generator did not use this prime.
    order: Option<u32>,
}

impl SmallPrime {
    /// ROCA primes are k·M + (65537^a mod M), with M the product of the first primes. So the modulus, too, is a power of
    /// 65537 modulo each of them (Nemec et al., "The Return of Coppersmith's Attack", 2017). The group is cyclic: the
    /// powers of an element are those whose own power by its order is 1. A sound key passes all of these by chance
    /// less than once in 2^100.
    fn admits_roca(&self, residue: u32) -> bool {
        self.order.is_none_or(|order| power(residue, order, self.value) == 1)
    }
}

/// The odd primes below 752: trial division finds nearly all random junk with these (and so does Boulder, the CA of
/// Let's Encrypt). M for 2048 bits ends with 701.
static SMALL_PRIMES: LazyLock<Vec<SmallPrime>> = LazyLock::new(|| {
    let is_prime = |number: &u32| (3..).step_by(2).take_while(|d| d * d <= *number).all(|d| !number.is_multiple_of(d));
    let order = |prime: u32| (1..prime).find(|exponent| power(65537, *exponent, prime) == 1);
    (3..752)
        .step_by(2)
        .filter(is_prime)
        .map(|value| SmallPrime { value, order: if value <= 701 { order(value) } else { None } })
        .collect()
});

fn power(base: u32, exponent: u32, modulus: u32) -> u32 {
    // Below 752² there is no overflow.
    let base = base % modulus;
    (0..u32::BITS).rev().fold(1, |result, bit| {
        let squared = result * result % modulus;
        if exponent >> bit & 1 == 1 { squared * base % modulus } else { squared }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number of 1024 bits with the two highest set, that no small prime divides.
    fn sound_factor(start: u32) -> BigUint {
        next_sound((BigUint::from(3u32) << 1022) + (BigUint::from(0x9E37_79B9u32) << 500) + start)
    }

    fn next_sound(number: BigUint) -> BigUint {
        let mut number = number | BigUint::from(1u32);
        while SMALL_PRIMES.iter().any(|prime| remainder(&number, prime.value) == 0) {
            number += 2u32;
        }
        number
    }

    /// Far from [`sound_factor`], and smaller.
    fn other_factor() -> BigUint {
        next_sound((BigUint::from(5u32) << 1021) + (BigUint::from(0x85EB_CA6Bu32) << 300))
    }

    #[test]
    fn the_table_is_what_it_says() {
        assert_eq!(SMALL_PRIMES.len(), 132);
        assert_eq!(SMALL_PRIMES.last().map(|prime| prime.value), Some(751));
        assert_eq!(SMALL_PRIMES.iter().filter(|prime| prime.order.is_some()).count(), 125);
        // 65537 is −1 modulo 11.
        assert_eq!(SMALL_PRIMES.iter().find(|prime| prime.value == 11).unwrap().order, Some(2));
    }

    #[test]
    fn a_product_of_unrelated_numbers_passes() {
        assert_eq!(check(&(sound_factor(1) * other_factor())), Ok(()));
    }

    #[test]
    fn even_divisible_and_square_moduli_are_refused() {
        let sound = sound_factor(1) * other_factor();
        assert_eq!(check(&(&sound + 1u32)), Err(KeyRefusal::EvenModulus));
        for prime in [3u32, 5, 701, 751] {
            assert_eq!(check(&(&sound * prime)), Err(KeyRefusal::SmallFactor(prime)));
        }
        assert_eq!(check(&(&sound * 757u32)), Ok(()));
        let factor = sound_factor(1);
        assert_eq!(check(&(&factor * &factor)), Err(KeyRefusal::Square));
    }

    #[test]
    fn close_primes_are_found_within_a_hundred_rounds_and_no_further() {
        let factor = sound_factor(1);
        let neighbour = next_sound(&factor + 2u32);
        assert_eq!(check(&(&factor * neighbour)), Err(KeyRefusal::ClosePrimes));
        // With p = a − b and q = a + b, the method needs about b² / 2a rounds.
        let apart = |rounds: u32| next_sound(&factor + ((&factor * (2 * rounds)).sqrt() << 1));
        assert_eq!(check(&(&factor * apart(90))), Err(KeyRefusal::ClosePrimes));
        assert_eq!(check(&(&factor * apart(120))), Ok(()));
    }

    /// A modulus like those of the ROCA chips: a power of 65537 modulo every prime of M, by the Chinese remainder theorem.
    fn roca_modulus() -> BigUint {
        let (mut number, mut product) = (BigUint::from(1u32), BigUint::from(1u32));
        for (index, prime) in SMALL_PRIMES.iter().filter(|prime| prime.order.is_some()).enumerate() {
            let wanted = power(65537, u32::try_from(index).unwrap() * 7 + 1, prime.value);
            while remainder(&number, prime.value) != wanted {
                number += &product;
            }
            product *= prime.value;
        }
        number += (BigUint::from(1u32) << 2047) / &product * &product;
        while !number.bit(0) || SMALL_PRIMES.iter().any(|prime| remainder(&number, prime.value) == 0) {
            number += &product;
        }
        number
    }

    #[test]
    fn the_roca_fingerprint_is_recognised() {
        let modulus = roca_modulus();
        assert_eq!(modulus.bits(), 2048);
        assert_eq!(check(&modulus), Err(KeyRefusal::Roca));
        // One residue outside its group is enough to be something else.
        assert_eq!(check(&next_sound(modulus + 2u32)), Ok(()));
    }
}
