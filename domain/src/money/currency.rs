//! The currencies that an offer can be priced in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Writes the enum and its table once, so that a currency cannot be in one and not the other.
macro_rules! currencies {
    ($($code:ident, $exponent:literal, $sign:expr, $name:literal;)+) => {
        /// An ISO 4217 currency. Only those an operator may choose; adding one is a line here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[allow(clippy::upper_case_acronyms)]
        pub enum Currency {
            $(#[doc = $name] $code,)+
        }

        impl Currency {
            /// All of them, in the order in which a form lists them.
            pub const ALL: &[Self] = &[$(Self::$code,)+];

            /// The ISO code: `USD`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)+ }
            }

            /// How many digits stand after the point: 2 for most, 0 for yen, 3 for dinars.
            pub const fn exponent(self) -> u32 {
                match self { $(Self::$code => $exponent,)+ }
            }

            /// The sign that stands before an amount, where no other listed currency shares it.
            pub const fn sign(self) -> Option<&'static str> {
                match self { $(Self::$code => $sign,)+ }
            }

            /// The name in English.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }
        }
    };
}

currencies! {
    USD, 2, Some("$"), "US dollar";
    EUR, 2, Some("€"), "Euro";
    GBP, 2, Some("£"), "British pound";
    CHF, 2, None, "Swiss franc";
    CAD, 2, None, "Canadian dollar";
    AUD, 2, None, "Australian dollar";
    NZD, 2, None, "New Zealand dollar";
    SEK, 2, None, "Swedish krona";
    NOK, 2, None, "Norwegian krone";
    DKK, 2, None, "Danish krone";
    PLN, 2, None, "Polish złoty";
    CZK, 2, None, "Czech koruna";
    HUF, 2, None, "Hungarian forint";
    RON, 2, None, "Romanian leu";
    ILS, 2, None, "Israeli new shekel";
    AED, 2, None, "UAE dirham";
    SAR, 2, None, "Saudi riyal";
    KWD, 3, None, "Kuwaiti dinar";
    BHD, 3, None, "Bahraini dinar";
    JOD, 3, None, "Jordanian dinar";
    INR, 2, Some("₹"), "Indian rupee";
    SGD, 2, None, "Singapore dollar";
    HKD, 2, None, "Hong Kong dollar";
    JPY, 0, Some("¥"), "Japanese yen";
    KRW, 0, None, "South Korean won";
    MXN, 2, None, "Mexican peso";
    BRL, 2, None, "Brazilian real";
    CLP, 0, None, "Chilean peso";
    ZAR, 2, None, "South African rand";
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A code that is none of [`Currency::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCurrency;

impl fmt::Display for UnknownCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Choose a currency from the list, such as USD or EUR.")
    }
}

impl std::error::Error for UnknownCurrency {}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    /// Reads a code in either case: `usd`, `USD`.
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let wanted = code.trim();
        let found = Self::ALL.iter().find(|c| c.code().eq_ignore_ascii_case(wanted));
        found.copied().ok_or(UnknownCurrency)
    }
}
