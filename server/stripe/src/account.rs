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

/// The rights that a restricted key needs, in the words of Stripe's dashboard.
pub const RIGHTS: [&str; 8] = [
    "Customers: Write",
    "PaymentMethods: Write",
    "PaymentIntents: Write",
    "SetupIntents: Read",
    "Checkout Sessions: Write",
    "Charges and Refunds: Write",
    "Disputes: Write",
    "Events: Read",
];

/// How each of them is knocked at, in the same order.
const KNOCKS: [Knock; 8] = [
    Knock::Write("/v1/customers/cus_throughline"),
    Knock::Write("/v1/payment_methods/pm_throughline/detach"),
    Knock::Write("/v1/payment_intents/pi_throughline/cancel"),
    Knock::Read("/v1/setup_intents/seti_throughline"),
    Knock::Write("/v1/checkout/sessions/cs_throughline/expire"),
    Knock::Write("/v1/refunds/re_throughline"),
    Knock::Write("/v1/disputes/dp_throughline"),
    Knock::Read("/v1/events/evt_throughline"),
];

enum Knock {
    Read(&'static str),
    Write(&'static str),
}

impl Stripe {
    pub(crate) async fn look_at_account(&self) -> Result<AccountFact, Failure> {
        // One first, alone: a key that is not taken is found out by one call.
        let first = Form::default().with("limit", 1);
        match self.get::<List<Value>>("/v1/events", &first).await.map_err(ProviderError::from) {
            Ok(_) | Err(ProviderError::Lacks(_) | ProviderError::Unknown) => {}
            Err(error) => return Err(error.into()),
        }
        let knocked = join_all(KNOCKS.iter().map(|knock| self.opens(knock))).await;
        let mut lacks = Vec::new();
        for (right, opens) in RIGHTS.iter().zip(knocked) {
            if !opens? {
                lacks.push((*right).to_owned());
            }
        }
        Ok(AccountFact { name: self.account_name().await?, is_live: is_live(self.key()), lacks })
    }

    async fn opens(&self, knock: &Knock) -> Result<bool, Failure> {
        let answer: Result<Value, Failure> = match *knock {
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
