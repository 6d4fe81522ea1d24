//! Typed, prefixed, time-ordered ids: `req_0197…`. The database holds the plain uuid.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// The text was not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of this kind")
    }
}

impl std::error::Error for NotAnId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id whose order follows the time of its making.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or(NotAnId)?;
                if rest.len() != 32 {
                    return Err(NotAnId);
                }
                Uuid::try_parse(rest).map(Self).map_err(|_| NotAnId)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// An operator's business.
    WorkspaceId, "ws"
);
id!(
    /// A tenant: a small business that bought an offer.
    ClientId, "cli"
);
id!(
    /// Anyone who signs in.
    PersonId, "per"
);
id!(
    /// A person's place in a workspace or with a client.
    MembershipId, "mem"
);
id!(InvitationId, "inv");
id!(OfferId, "off");
id!(SubscriptionId, "sub");
id!(DiscountCodeId, "code");
id!(InvoiceId, "bill");
id!(CreditNoteId, "crn");
id!(TaxRateId, "txr");
id!(PaymentId, "pay");
id!(PaymentAttemptId, "try");
id!(PaymentCardId, "card");
id!(RefundId, "rfnd");
id!(DisputeId, "disp");
id!(RequestId, "req");
id!(FileId, "file");
id!(AgentId, "agt");
id!(RunId, "run");
id!(ControlId, "ctl");
id!(ApprovalId, "apr");
id!(DeliverableId, "dlv");
id!(ReviewId, "rev");
id!(MailId, "mail");
id!(WebhookId, "whk");
id!(
    /// Something that happened, as webhooks are told of it.
    WebhookEventId, "evt"
);
id!(
    /// A piece of a client's knowledge.
    NoteId, "note"
);
id!(
    /// An entry of the audit log.
    AuditId, "aud"
);
id!(
    /// What a program proposed and a person decides.
    ProposalId, "prop"
);
id!(
    /// A key for programs.
    TokenId, "tok"
);
id!(
    /// A client's own things, packed for download.
    ExportId, "exp"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_its_own_kind() {
        let id = RequestId(Uuid::from_u128(7));
        assert_eq!(id.to_string(), "req_00000000000000000000000000000007");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("run_00000000000000000000000000000007".parse::<RequestId>(), Err(NotAnId));
        assert_eq!("req_7".parse::<RequestId>(), Err(NotAnId));
    }
}
