//! What a key opens. A right is knocked at with a call that can change nothing, because it names an object that there is none of:
//! whoever has the right hears that there is no such thing, whoever lacks it is refused before.

use domain::payments::provider::{AccountFact, ProviderError};
use futures::future::join_all;
use serde_json::Value;

use crate::{
    client::Stripe,
    failure::Failure,
    form::Form,
    is_live,
    objects::{Account, List},
};

/// A right that the key needs, by its name in Stripe's list of permissions, and how it is knocked at.
struct Right {
    name: &'static str,
    knock: Knock,
}

enum Knock {
    Read(&'static str),
    Write(&'static str),
}

const RIGHTS: [Right; 8] = [
    Right { name: "Customers: Write", knock: Knock::Write("/v1/customers/cus_throughline") },
    Right { name: "PaymentMethods: Write", knock: Knock::Write("/v1/payment_methods/pm_throughline/detach") },
    Right { name: "PaymentIntents: Write", knock: Knock::Write("/v1/payment_intents/pi_throughline/cancel") },
    Right { name: "SetupIntents: Read", knock: Knock::Read("/v1/setup_intents/seti_throughline") },
    Right {
        name: "Checkout Sessions: Write",
        knock: Knock::Write("/v1/checkout/sessions/cs_throughline/expire"),
    },
    Right { name: "Charges and Refunds: Write", knock: Knock::Write("/v1/refunds/re_throughline") },
    Right { name: "Disputes: Write", knock: Knock::Write("/v1/disputes/dp_throughline") },
    Right { name: "Events: Read", knock: Knock::Read("/v1/events/evt_throughline") },
];

/// The rights that a restricted key needs, in the words of Stripe's dashboard.
pub fn rights() -> impl Iterator<Item = &'static str> {
    RIGHTS.iter().map(|right| right.name)
}

impl Stripe {
    pub(crate) async fn look_at_account(&self) -> Result<AccountFact, Failure> {
        // One first, alone: a key that is not taken is found out by one call.
        let first = Form::default().with("limit", 1);
        match self.get::<List<Value>>("/v1/events", &first).await.map_err(ProviderError::from) {
            Ok(_) | Err(ProviderError::Lacks(_) | ProviderError::Unknown) => {}
            Err(error) => return Err(error.into()),
        }
        let knocked = join_all(RIGHTS.iter().map(|right| self.has(right))).await;
        let mut lacks = Vec::new();
        for (right, has) in RIGHTS.iter().zip(knocked) {
            if !has? {
                lacks.push(right.name.to_owned());
            }
        }
        Ok(AccountFact { name: self.account_name().await?, is_live: is_live(self.key()), lacks })
    }

    async fn has(&self, right: &Right) -> Result<bool, Failure> {
        let answer: Result<Value, Failure> = match right.knock {
            Knock::Read(path) => self.get(path, &Form::default()).await,
            Knock::Write(path) => self.put(path, &Form::default()).await,
        };
        match answer.map_err(ProviderError::from) {
            Ok(_) | Err(ProviderError::Unknown | ProviderError::Refused(_)) => Ok(true),
            Err(ProviderError::Lacks(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What the account is called; empty where the key may not ask, which nothing depends on.
    async fn account_name(&self) -> Result<String, Failure> {
        let account: Account = match self.get("/v1/account", &Form::default()).await {
            Ok(account) => account,
            Err(failure) if matches!(failure.error, ProviderError::Unavailable(_)) => return Err(failure),
            Err(_) => return Ok(String::new()),
        };
        let shown = account.settings.and_then(|settings| settings.dashboard?.display_name);
        let names = [shown, account.business_profile.and_then(|profile| profile.name), account.email];
        Ok(names.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or(account.id))
    }
}
