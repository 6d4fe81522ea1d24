use std::time::Duration;

/// How often a socket does what it does by itself. Tests hurry.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between beats, so that a dead line is noticed. 15 seconds.
    pub beat: Duration,
    /// Between looks at whether the visitor is still who they were. 3 seconds.
    pub look: Duration,
    /// How long a frame may take to be taken before the line counts as dead. 30 seconds.
    pub patience: Duration,
    /// How long somebody who left still counts as looking, so that a reload does not flicker. 10 seconds.
    pub grace: Duration,
    /// Between messages of who looks, from node to node; who was in none for three times as long is gone. 5 seconds.
    pub share: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            beat: Duration::from_secs(15),
            look: Duration::from_secs(3),
            patience: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            share: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever is signed out or removed is shut out within five seconds: a look, and what it asks.
    #[test]
    fn access_is_looked_at_often_enough() {
        assert!(Pace::default().look <= Duration::from_secs(3));
    }
}
