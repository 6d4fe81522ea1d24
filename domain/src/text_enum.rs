//! Enums that the database keeps as words, in text columns with a check.

/// The word names nothing of this kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    pub kind: &'static str,
    pub word: String,
}

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} has no {:?}", self.kind, self.word)
    }
}

impl std::error::Error for UnknownWord {}

/// Defines an enum by its words, which are the same in the database, in JSON and in forms:
///
/// ```ignore
/// text_enum! {
///     /// How soon its asker would like it.
///     pub enum Priority {
///         Low = "low",
///         Normal = "normal",
///     }
/// }
/// ```
///
/// It has `ALL` in the order of its variants, `as_str`, `FromStr` and `Display`, and reads and writes as its word with
/// serde. A checked query reads it with `priority AS "priority: Priority"`, an array with `"kinds: Vec<SpanKind>"`; a
/// word that it does not have is an error of that query. It is `Copy`, `Debug` and `Eq`; further derives are written
/// above it as usual.
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        $vis enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in their order.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word that the database keeps.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text_enum::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::text_enum::UnknownWord { kind: stringify!($name), word: word.to_owned() }),
                }
            }
        }

        impl sqlx::Type<sqlx::Postgres> for $name {
            fn type_info() -> sqlx::postgres::PgTypeInfo {
                <str as sqlx::Type<sqlx::Postgres>>::type_info()
            }

            fn compatible(column: &sqlx::postgres::PgTypeInfo) -> bool {
                <str as sqlx::Type<sqlx::Postgres>>::compatible(column)
            }
        }

        impl sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                <String as sqlx::postgres::PgHasArrayType>::array_type_info()
            }

            fn array_compatible(column: &sqlx::postgres::PgTypeInfo) -> bool {
                <String as sqlx::postgres::PgHasArrayType>::array_compatible(column)
            }
        }

        impl sqlx::Decode<'_, sqlx::Postgres> for $name {
            fn decode(value: sqlx::postgres::PgValueRef<'_>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<'_, sqlx::Postgres>>::decode(value)?.parse::<Self>()?)
            }
        }

        impl sqlx::Encode<'_, sqlx::Postgres> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut sqlx::postgres::PgArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <&str as sqlx::Encode<'_, sqlx::Postgres>>::encode_by_ref(&self.as_str(), buffer)
            }
        }
    };
}

pub(crate) use text_enum;

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use crate::cycle::SpanKind;

    #[test]
    fn a_word_is_the_same_in_text_and_json() {
        for kind in SpanKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(serde_json::from_value::<SpanKind>(kind.as_str().into()).unwrap(), kind);
        }
        let unknown = "Running".parse::<SpanKind>().unwrap_err();
        assert_eq!(unknown.to_string(), r#"SpanKind has no "Running""#);
    }

    #[sqlx::test(migrations = false)]
    async fn the_database_says_which_word_it_cannot_read(pool: PgPool) {
        let kinds = vec!["running".to_owned(), "paused".to_owned()];
        let read = sqlx::query!(
            r#"SELECT $1::text AS "kind: SpanKind", $2::text[] AS "kinds!: Vec<SpanKind>", $3::text AS "none: SpanKind""#,
            SpanKind::Waiting as SpanKind,
            &kinds,
            None::<SpanKind> as Option<SpanKind>,
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        assert_eq!(read.kind, Some(SpanKind::Waiting));
        assert_eq!(read.kinds, [SpanKind::Running, SpanKind::Paused]);
        assert_eq!(read.none, None);
        let broken = sqlx::query_scalar!(r#"SELECT $1::text AS "kind: SpanKind""#, "stood still");
        let error = broken.fetch_one(&pool).await.unwrap_err();
        assert!(matches!(error, sqlx::Error::ColumnDecode { .. }), "{error}");
        assert!(error.to_string().contains("stood still"), "{error}");
        assert!(!crate::Error::from(error).is_away());
    }
}
