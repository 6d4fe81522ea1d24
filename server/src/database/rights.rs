//! What the owner of the schema has to be allowed, and the statements by which a superuser allows it.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

/// The roles that the migrations grant to. They belong to the whole Postgres and not to one database.
pub const ROLES: [&str; 5] =
    ["throughline_app", "throughline_auth", "throughline_jobs", "throughline_sessions", "throughline_backup"];

/// Since this version one who may create roles administers only those that they made, and membership alone does not
/// allow to take a role.
const ADMINISTERED: i32 = 160_000;

/// Rights that the database's user lacks, and that it cannot give itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRights {
    /// The user.
    pub user: String,
    /// What is wrong, a sentence each.
    pub lacks: Vec<String>,
    /// What a superuser runs to mend it.
    pub statements: Vec<String>,
}

impl std::fmt::Display for MissingRights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the database's user {} lacks a right: {}. A superuser of this Postgres mends it with: {} \
             (`throughline migrate --print-roles` prints all that a superuser can prepare)",
            self.user,
            self.lacks.join("; "),
            self.statements.join(" ")
        )
    }
}

/// Who the user is to this Postgres, and how far each role is.
struct Rights {
    user: String,
    superuser: bool,
    makes_roles: bool,
    writes_schema: bool,
    version: i32,
    roles: Vec<RoleState>,
}

struct RoleState {
    name: String,
    there: bool,
    /// The user may take it.
    taken: bool,
    /// The user may give it away.
    administered: bool,
}

impl Rights {
    async fn read(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let user = sqlx::query(
            "SELECT rolname::text, rolsuper, rolcreaterole, has_schema_privilege('public', 'CREATE'),
                    current_setting('server_version_num')::integer
             FROM pg_roles WHERE rolname = current_user",
        )
        .fetch_one(&mut *connection)
        .await?;
        let version = user.try_get(4)?;
        let take = if version >= ADMINISTERED { "SET" } else { "MEMBER" };
        let roles = sqlx::query(
            "SELECT wanted, r.oid IS NOT NULL, coalesce(pg_has_role(r.oid, $2), false),
                    coalesce(pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION'), false)
             FROM unnest($1::text[]) WITH ORDINALITY AS w (wanted, place) LEFT JOIN pg_roles r ON r.rolname = wanted
             ORDER BY place",
        )
        .bind(&ROLES[..])
        .bind(take)
        .fetch_all(connection)
        .await?;
        let roles = roles.iter().map(|row| {
            Ok(RoleState {
                name: row.try_get(0)?,
                there: row.try_get(1)?,
                taken: row.try_get(2)?,
                administered: row.try_get(3)?,
            })
        });
        Ok(Self {
            user: user.try_get(0)?,
            superuser: user.try_get(1)?,
            makes_roles: user.try_get(2)?,
            writes_schema: user.try_get(3)?,
            version,
            roles: roles.collect::<Result<_, sqlx::Error>>()?,
        })
    }

    /// Whether the user may make itself a member.
    fn may_join(&self, role: &RoleState) -> bool {
        if role.there {
            role.administered || (self.version < ADMINISTERED && self.makes_roles)
        } else {
            self.makes_roles
        }
    }

    fn missing(&self) -> Option<MissingRights> {
        if self.superuser {
            return None;
        }
        let user = quoted(&self.user);
        let (mut lacks, mut statements) = (Vec::new(), Vec::new());
        if !self.writes_schema {
            lacks.push("it may not create tables in the schema public".to_owned());
            statements.push(format!("GRANT CREATE ON SCHEMA public TO {user};"));
        }
        for role in self.roles.iter().filter(|role| !role.taken && !self.may_join(role)) {
            let name = &role.name;
            if role.there {
                lacks.push(format!("it may not take the role {name}"));
            } else {
                lacks.push(format!("the role {name} is not there, and it may not create roles"));
                statements.push(format!("CREATE ROLE {name} NOLOGIN;"));
            }
            statements.push(format!("GRANT {name} TO {user};"));
        }
        (!lacks.is_empty()).then(|| MissingRights { user: self.user.clone(), lacks, statements })
    }
}

/// What the user lacks to bring the schema up to date and to serve; nothing is changed.
///
/// # Errors
/// When the database fails.
pub async fn missing(connection: &mut PgConnection) -> Result<Option<MissingRights>, sqlx::Error> {
    Ok(Rights::read(connection).await?.missing())
}

/// How the migrations may go about the roles.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RoleSetup {
    /// A superuser: they make what they need.
    Superuser,
    /// All roles are there and can be taken; nothing may be created or granted any more.
    Roles,
    /// Somebody has to act first.
    Lacking(MissingRights),
}

/// Makes the roles that are missing and joins them, where the user may.
pub(super) async fn prepare(connection: &mut PgConnection) -> Result<RoleSetup, sqlx::Error> {
    let rights = Rights::read(connection).await?;
    if rights.superuser {
        return Ok(RoleSetup::Superuser);
    }
    if let Some(missing) = rights.missing() {
        return Ok(RoleSetup::Lacking(missing));
    }
    for role in rights.roles.iter().filter(|role| !role.taken) {
        if !role.there {
            connection.execute(AssertSqlSafe(create(&role.name))).await?;
        }
        let join = format!("GRANT {} TO {}", role.name, quoted(&rights.user));
        connection.execute(AssertSqlSafe(join)).await?;
    }
    Ok(RoleSetup::Roles)
}

/// What a superuser runs beforehand, so that `owner` needs no more rights than a database of its own gives.
pub fn script(owner: &str, database: Option<&str>) -> String {
    let (user, mut text) = (quoted(owner), String::new());
    let mut line = |words: &str| {
        let _ = writeln!(text, "{words}");
    };
    line(
        "-- What Throughline's database user needs, for a superuser of this Postgres to run once (psql -f).",
    );
    line("-- It can be run again. The roles may not sign in; the user takes them, and they own nothing.");
    for role in ROLES {
        line(&format!("{};", create(role)));
    }
    line(&format!("GRANT {} TO {user};", ROLES.join(", ")));
    match database.map(quoted) {
        Some(database) => {
            line(&format!("-- Not needed where the user owns the database {database}:"));
            line(&format!("GRANT CREATE ON DATABASE {database} TO {user};"));
            line(&format!("-- In the database {database}, and not needed where the user owns it:"));
            line(&format!("GRANT CREATE ON SCHEMA public TO {user};"));
        }
        None => line("-- The user is to own its database: CREATE DATABASE … OWNER …;"),
    }
    text
}

/// Creates a role unless it is there.
fn create(role: &str) -> String {
    format!(
        "DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
}

/// A name as SQL writes it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(version: i32, makes_roles: bool, role: (bool, bool, bool)) -> Rights {
        let (there, taken, administered) = role;
        let role = RoleState { name: ROLES[0].into(), there, taken, administered };
        Rights {
            user: "o".into(),
            superuser: false,
            makes_roles,
            writes_schema: true,
            version,
            roles: vec![role],
        }
    }

    #[test]
    fn who_may_create_roles_may_join_any_of_them_only_before_version_16() {
        let strangers = (true, false, false);
        assert_eq!(rights(150_000, true, strangers).missing(), None);
        assert!(rights(160_000, true, strangers).missing().is_some());
        assert_eq!(rights(160_000, true, (true, false, true)).missing(), None, "one that they made");
        assert_eq!(rights(160_000, true, (false, false, false)).missing(), None, "one that they will make");
        assert_eq!(rights(160_000, false, (true, true, false)).missing(), None, "one that was given to them");
    }

    #[test]
    fn the_statement_is_the_one_that_mends_it() {
        let none = rights(150_000, false, (false, false, false)).missing().unwrap();
        assert_eq!(
            none.statements.join(" "),
            "CREATE ROLE throughline_app NOLOGIN; GRANT throughline_app TO \"o\";"
        );
        let told = none.to_string();
        assert!(told.contains("may not create roles") && told.contains("--print-roles"), "{told}");
        let there = rights(150_000, false, (true, false, false)).missing().unwrap();
        assert_eq!(there.statements.join(" "), "GRANT throughline_app TO \"o\";");
    }
}
