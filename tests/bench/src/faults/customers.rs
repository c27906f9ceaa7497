//! Customers who write, and their provider, which brings each message until it is acknowledged: a failed
//! attempt is made again with back-off, and now and then a message comes twice at the same time.

use crate::{client::Client, graph::Taken, whatsapp::Webhook};
use http::StatusCode;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    task::JoinSet,
    time::{interval, sleep, timeout},
};

/// One in so many messages is brought twice.
const TWICE: usize = 67;
/// A provider that hears nothing for so long tries again.
const PATIENCE: Duration = Duration::from_secs(10);
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(2);

/// The last word of a contact.
pub(crate) const GOODBYE: &str = "Adiós";

/// Who writes what, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) messages: usize,
    /// Messages in each second.
    pub(crate) rate: u32,
    /// Contacts who write at the same time, in turns.
    pub(crate) writers: usize,
    /// How much each of them writes before somebody else takes the place.
    pub(crate) words: usize,
}

/// One message of the plan.
#[derive(Debug, PartialEq, Eq)]
struct Message {
    contact: usize,
    text: String,
    /// The contact says nothing more.
    last: bool,
}

impl Plan {
    fn message(&self, number: usize) -> Message {
        let (writer, turn) = (number % self.writers, number / self.writers);
        // They do not all come and go at the same time.
        let turn = turn + writer * self.words / self.writers;
        let (place, word) = (turn / self.words, turn % self.words);
        let last = word + 1 == self.words || self.messages <= number + self.writers;
        let text = match word {
            _ if last => GOODBYE.to_owned(),
            0 => "Hola".to_owned(),
            1 => "persona".to_owned(),
            2 => "Una factura".to_owned(),
            word => format!("Otra cosa, la {word}"),
        };
        Message { contact: writer + place * self.writers, text, last }
    }

    /// How many different people write.
    pub(crate) fn contacts(&self) -> usize {
        let people: std::collections::HashSet<_> =
            (0..self.messages).map(|number| self.message(number).contact).collect();
        people.len()
    }
}

pub(crate) fn phone(contact: usize) -> String {
    format!("346{contact:08}")
}

/// The provider's id of message `number`.
pub(crate) fn provider_id(number: usize) -> String {
    format!("wamid.FAULTS{number:09}")
}

/// What was sent and what came of it, as the provider knows it.
pub(crate) struct Provider {
    pub(crate) plan: Plan,
    client: Client,
    began: Instant,
    sent: AtomicUsize,
    attempts: AtomicUsize,
    acknowledged: Vec<AtomicBool>,
    /// When each 200 came, after the beginning.
    acknowledgements: Mutex<Vec<Duration>>,
    /// Answers that forbid another attempt.
    refused: Mutex<Vec<StatusCode>>,
    /// Phones of contacts who say nothing more.
    gone: Mutex<HashMap<String, Instant>>,
    /// Messages of the business that it was given, by the business's id, and when.
    taken: Mutex<HashMap<String, Vec<Duration>>>,
    receipts: AtomicUsize,
}

impl Provider {
    pub(crate) fn new(plan: Plan, client: Client) -> Arc<Provider> {
        Arc::new(Provider {
            plan,
            client,
            began: Instant::now(),
            sent: AtomicUsize::new(0),
            attempts: AtomicUsize::new(0),
            acknowledged: (0..plan.messages).map(|_| AtomicBool::new(false)).collect(),
            acknowledgements: Mutex::default(),
            refused: Mutex::default(),
            gone: Mutex::default(),
            taken: Mutex::default(),
            receipts: AtomicUsize::new(0),
        })
    }

    /// Since the first message.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Relaxed)
    }

    pub(crate) fn attempts(&self) -> usize {
        self.attempts.load(Relaxed)
    }

    /// The provider's ids of what was acknowledged.
    pub(crate) fn acknowledged(&self) -> Vec<String> {
        let numbers = (0..self.plan.messages).filter(|number| self.acknowledged[*number].load(Relaxed));
        numbers.map(provider_id).collect()
    }

    /// When each 200 came, in order.
    pub(crate) fn acknowledgements(&self) -> Vec<Duration> {
        let mut times = locked(&self.acknowledgements).clone();
        times.sort();
        times
    }

    pub(crate) fn refused(&self) -> Vec<StatusCode> {
        locked(&self.refused).clone()
    }

    pub(crate) fn taken(&self) -> HashMap<String, Vec<Duration>> {
        locked(&self.taken).clone()
    }

    pub(crate) fn receipts(&self) -> usize {
        self.receipts.load(Relaxed)
    }

    /// Whether the contact with this phone has been silent for `time` after the last word.
    pub(crate) fn is_gone(&self, phone: &str, time: Duration) -> bool {
        locked(&self.gone).get(phone).is_some_and(|since| time <= since.elapsed())
    }

    /// Sends everything, at the rate of the plan. Ends when all was acknowledged or refused.
    pub(crate) async fn send_all(self: Arc<Self>) {
        let mut ticks = interval(Duration::from_secs(1) / self.plan.rate);
        let mut tasks = JoinSet::new();
        for number in 0..self.plan.messages {
            ticks.tick().await;
            self.sent.fetch_add(1, Relaxed);
            for _ in 0..if number % TWICE == 0 { 2 } else { 1 } {
                let provider = self.clone();
                tasks.spawn(async move { provider.send(number).await });
            }
            // What is done needs no room.
            while tasks.try_join_next().is_some() {}
        }
        while tasks.join_next().await.is_some() {}
    }

    async fn send(&self, number: usize) {
        let Message { contact, text, last } = self.plan.message(number);
        let phone = phone(contact);
        if self.bring(&Webhook::message(&provider_id(number), &phone, &text)).await {
            self.acknowledged[number].store(true, Relaxed);
            locked(&self.acknowledgements).push(self.began.elapsed());
            if last {
                locked(&self.gone).insert(phone, Instant::now());
            }
        }
    }

    /// Notes what the business sends, and brings a receipt for each message. Ends with the stand-in.
    pub(crate) async fn answer_all(self: Arc<Self>, mut taken: UnboundedReceiver<Taken>) {
        let mut tasks = JoinSet::new();
        while let Some(Taken { id, message, to }) = taken.recv().await {
            locked(&self.taken).entry(message).or_default().push(self.began.elapsed());
            let provider = self.clone();
            tasks.spawn(async move {
                if provider.bring(&Webhook::receipt(&id, &to)).await {
                    provider.receipts.fetch_add(1, Relaxed);
                }
            });
            while tasks.try_join_next().is_some() {}
        }
    }

    /// Again and again until somebody says 200, or that it must not be brought again.
    async fn bring(&self, webhook: &Webhook) -> bool {
        let mut backoff = BACKOFF_FIRST;
        loop {
            self.attempts.fetch_add(1, Relaxed);
            match timeout(PATIENCE, webhook.attempt(&self.client)).await {
                Ok(Ok(StatusCode::OK)) => return true,
                Ok(Ok(status)) if status.is_client_error() => {
                    locked(&self.refused).push(status);
                    return false;
                }
                _ => sleep(backoff).await,
            }
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn everybody_says_their_words_in_order_and_once_the_last() {
        let plan = Plan { messages: 1000, rate: 1, writers: 10, words: 5 };
        let mut said = HashMap::<usize, Vec<Message>>::new();
        for number in 0..plan.messages {
            let message = plan.message(number);
            said.entry(message.contact).or_default().push(message);
        }
        assert_eq!(said.len(), plan.contacts());
        for (contact, messages) in said {
            assert!(messages.len() <= plan.words, "{contact}");
            let last = messages.iter().filter(|message| message.last).count();
            assert_eq!(last, 1, "{contact}");
            assert!(messages.last().is_some_and(|message| message.last), "{contact}");
        }
    }
}
