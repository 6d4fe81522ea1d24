use std::sync::LazyLock;

use regex::Regex;

use super::HIDDEN;

/// Secrets that are known by their looks.
const SECRETS: &str = r#"(?sx)
    -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY(?:\ BLOCK)?-----.*?(?:-----END\ [A-Z\ ]*PRIVATE\ KEY(?:\ BLOCK)?-----|\z)
  | \btl_[A-Za-z0-9_-]{20,}                                       # ours
  | \bsk-[A-Za-z0-9_-]{16,}                                       # OpenAI, Anthropic, and who follows them
  | \b[sr]k_(?:live|test)_[A-Za-z0-9]{10,} | \bwhsec_[A-Za-z0-9+/=]{16,}   # Stripe, Standard Webhooks
  | \bgh[pousr]_[A-Za-z0-9]{30,} | \bgithub_pat_[A-Za-z0-9_]{30,} | \bglpat-[A-Za-z0-9_-]{16,}
  | \bxox[abepr]-[A-Za-z0-9-]{10,}                               # Slack
  | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                                 # AWS
  | \bAIza[A-Za-z0-9_-]{30,}                                      # Google
  | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}  # JSON Web Tokens
"#;

/// Secrets that are known by what stands before them, which stays.
const LED: &str = r#"(?ix)
    (?P<lead> \bbearer\s+ ) [A-Z0-9._~+/=-]{20,}
  | (?P<aws> aws_?secret_?access_?key["']?\s*[:=]\s*["']? ) [A-Z0-9/+=]{40}
  | (?P<user> ://[^/\s:@]+: ) [^/\s@]+ (?P<at> @ )
"#;

/// The end of a text that could be the beginning of one of these.
const BEGUN: &str = r#"(?sx) (?:
    -----BEGIN[A-Z\ ]*-{0,5} | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY(?:\ BLOCK)?-----.*
  | \b(?:tl_|sk-|[sr]k_|whsec_|gh[pousr]_|github_pat_|glpat-|xox[abepr]-|AKIA|ASIA|AIza|eyJ)[A-Za-z0-9_.+/=-]*
  | (?i:\bbearer)\s*[A-Za-z0-9._~+/=-]*
  | (?i:aws_?secret_?access_?key)["']?\s*[:=]?\s*["']?[A-Za-z0-9/+=]*
  | ://[^/\s@]*
) \z"#;

/// How each of these begins, lower case.
const HEADS: [&str; 25] = [
    "-----begin",
    "tl_",
    "sk-",
    "sk_",
    "rk_",
    "whsec_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "akia",
    "asia",
    "aiza",
    "eyj",
    "bearer",
    "aws_secret_access_key",
    "awssecretaccesskey",
    "xoxa-",
    "xoxb-",
    "xoxe-",
    "xoxp-",
    "xoxr-",
];

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is tested")
}

static WHOLE: LazyLock<Regex> = LazyLock::new(|| compiled(SECRETS));
static AFTER: LazyLock<Regex> = LazyLock::new(|| compiled(LED));
static OPEN: LazyLock<Regex> = LazyLock::new(|| compiled(BEGUN));

/// A text without what looks like a secret: keys and tokens of the usual services, private keys, passwords in addresses.
pub fn shapes(text: &str) -> String {
    let without = WHOLE.replace_all(text, HIDDEN);
    AFTER.replace_all(&without, format!("${{lead}}${{aws}}${{user}}{HIDDEN}${{at}}")).into_owned()
}

/// Where the end of a text could be the beginning of a secret.
pub(super) fn begun(text: &str) -> Option<usize> {
    let open = OPEN.find(text).map(|found| found.start());
    let head = |length: &usize| {
        let Some(end) = text.get(text.len() - length..) else { return false };
        let before = text[..text.len() - length].chars().next_back();
        let apart = before.is_none_or(|c| !c.is_alphanumeric() && c != '_') || end.starts_with('-');
        apart && HEADS.iter().any(|head| head.starts_with(&end.to_ascii_lowercase()))
    };
    let longest = text.len().min(24);
    let head = (1..=longest).rev().find(head).map(|length| text.len() - length);
    // An address's colon and slashes.
    let slashes = [":", ":/"].into_iter().find(|end| text.ends_with(end)).map(|end| text.len() - end.len());
    [open, head, slashes].into_iter().flatten().min()
}
