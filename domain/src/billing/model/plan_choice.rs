use std::{fmt, str::FromStr};

use crate::{
    ids::{NotAnId, OfferId},
    offers::Interval,
};

/// An offer, and the interval by which it is billed; the offer's own without one. As text, `off_0197….year`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanChoice {
    pub offer: OfferId,
    pub interval: Option<Interval>,
}

impl From<OfferId> for PlanChoice {
    fn from(offer: OfferId) -> Self {
        Self { offer, interval: None }
    }
}

impl fmt::Display for PlanChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.interval {
            None => write!(f, "{}", self.offer),
            Some(interval) => write!(f, "{}.{interval}", self.offer),
        }
    }
}

impl FromStr for PlanChoice {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (offer, interval) = match text.split_once('.') {
            Some((offer, interval)) => (offer, Some(interval.parse().map_err(|_| NotAnId)?)),
            None => (text, None),
        };
        Ok(Self { offer: offer.parse()?, interval })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_reads_as_it_is_written() {
        let offer = OfferId::new();
        for choice in [PlanChoice::from(offer), PlanChoice { offer, interval: Some(Interval::Year) }] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert_eq!(format!("{offer}.week").parse::<PlanChoice>(), Err(NotAnId));
    }
}
