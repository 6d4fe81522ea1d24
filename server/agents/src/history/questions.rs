//! The questions that were asked, and how they ended.

use domain::{
    approvals::SettledQuestion,
    ids::ApprovalId,
    session::{Body, Choice, Part, SettledApproval},
};

use super::History;

/// How a question ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The answer's label; none when nobody answered in time.
    pub label: Option<String>,
    pub by: String,
}

/// What the operators were asked, and how it ended.
#[derive(Debug)]
pub(super) struct OperatorAnswer {
    question: String,
    settled: Settlement,
    /// Whether the agent asked of its own accord, and not a limit of costs.
    is_agents: bool,
}

impl History {
    /// Takes in what operators answered to earlier attempts of this run.
    pub(crate) fn add_operator_answers(&mut self, answered: Vec<SettledQuestion>) {
        self.operator_answers.extend(answered.into_iter().map(
            |SettledQuestion { question, label, by, is_agents }| OperatorAnswer {
                question,
                settled: Settlement { label, by },
                is_agents,
            },
        ));
    }

    /// What the agent asked the operators in earlier attempts of this run, and how it ended.
    pub fn approvals(&self) -> impl Iterator<Item = (&str, &Settlement)> {
        let own = self.operator_answers.iter().filter(|answered| answered.is_agents);
        own.map(|answered| (answered.question.as_str(), &answered.settled))
    }

    /// How this very question ended, whichever run asked it (one to the operators: this run). None: it was not asked, or
    /// not settled.
    pub fn settlement(&self, wanted: &str) -> Option<Settlement> {
        let own = self.settled.iter().map(|(question, settled)| (question, settled));
        let answered = self.operator_answers.iter().map(|answered| (&answered.question, &answered.settled));
        let lately = answered.chain(own).rev().find(|(question, _)| *question == wanted);
        let before = || self.questions().into_iter().rev().find(|(question, _)| *question == wanted)?.1;
        lately.map(|(_, settled)| settled.clone()).or_else(before)
    }

    /// How the newest question ended that offered an answer of this key, whichever run asked it.
    pub fn settlement_of(&self, key: &str) -> Option<Settlement> {
        let offers = |options: &[Choice]| options.iter().any(|option| option.key == key);
        let ended = self.ever(
            |entry| match &entry.body {
                Body::Approval { approval, options, settled, .. } if offers(options) => {
                    Some(settled.as_ref().map(Settlement::from).or_else(|| self.settled(*approval)))
                }
                _ => None,
            },
            |event| match &event.part {
                Part::DataApproval { approval, options, .. } if offers(options) => {
                    Some(self.settled(*approval))
                }
                _ => None,
            },
        );
        ended.last().flatten()
    }

    /// The questions of this attempt, and how they ended.
    pub fn settled_lately(&self) -> &[(String, Settlement)] {
        &self.settled
    }

    /// Notes how a question of this attempt ended.
    pub(crate) fn settle(&mut self, question: String, settled: Settlement) {
        self.settled.push((question, settled));
    }

    /// Every question that was asked, oldest first, and how it ended.
    pub fn questions(&self) -> Vec<(&str, Option<Settlement>)> {
        self.ever(
            |entry| match &entry.body {
                Body::Approval { approval, question, settled, .. } => {
                    let settled = settled.as_ref().map(Settlement::from);
                    Some((question.as_str(), settled.or_else(|| self.settled(*approval))))
                }
                _ => None,
            },
            |event| match &event.part {
                Part::DataApproval { approval, question, .. } => {
                    Some((question.as_str(), self.settled(*approval)))
                }
                _ => None,
            },
        )
        .collect()
    }

    /// How the question of this id ended, whoever was asked.
    pub(crate) fn settled(&self, wanted: ApprovalId) -> Option<Settlement> {
        if let Some(settled) = self.backstage.answers.get(&wanted) {
            return Some(settled.clone());
        }
        self.events.iter().find_map(|event| match &event.part {
            Part::DataAnswer { approval, label, .. } if *approval == wanted => {
                Some(Settlement { label: label.clone(), by: event.author.name.clone() })
            }
            _ => None,
        })
    }
}

impl From<&SettledApproval> for Settlement {
    fn from(settled: &SettledApproval) -> Self {
        Self { label: settled.label.clone(), by: settled.by.clone() }
    }
}
