use std::time::Duration;

/// How long is waited for what, and how often something is tried.
#[derive(Clone, Copy, Debug)]
pub struct ModelLimits {
    /// For the connection.
    pub connect: Duration,
    /// For the first byte of an answer: a large model that has to be loaded takes its time.
    pub first: Duration,
    /// For each further piece.
    pub between: Duration,
    /// For all answers of one attempt together; questions to the client do not count.
    pub total: Duration,
    /// For what the model is writing when somebody says something to it and it must not be cut off; after that they are
    /// told that it has to wait.
    pub hold: Duration,
    /// Before the second try of a call; doubled before each further one.
    pub pause: Duration,
    /// How often one call is tried.
    pub tries: u32,
}

impl Default for ModelLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first: Duration::from_secs(60),
            between: Duration::from_secs(45),
            total: Duration::from_secs(20 * 60),
            // Well before the time is over in which it has to be answered.
            hold: Duration::from_secs(20),
            pause: Duration::from_secs(1),
            tries: 3,
        }
    }
}
