//! Virtual time: tasks that run one after the other on one thread, each until it has to wait. Time is a
//! number that jumps to whatever is next.
//!
//! There is no waker: whoever waits is entered for a time or at a [`Signal`], and being polled too early
//! does no harm, since each wait looks again at what it waits for.

use std::{
    cell::{Cell, RefCell},
    cmp::Reverse,
    collections::BinaryHeap,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, Waker},
};

type TaskId = usize;
type Run = Pin<Box<dyn Future<Output = ()>>>;

struct Task {
    /// Where it runs, and with what it dies.
    host: usize,
    run: Run,
}

#[derive(Default)]
pub(crate) struct Agenda {
    now: Cell<i64>,
    entries: RefCell<BinaryHeap<Reverse<(i64, u64, TaskId)>>>,
    tasks: RefCell<Vec<Option<Task>>>,
    current: Cell<TaskId>,
    entered: Cell<u64>,
    /// The running task does not go on after this step.
    dying: Cell<bool>,
}

impl Agenda {
    pub(crate) fn starting(now: i64) -> Self {
        Agenda { now: Cell::new(now), ..Agenda::default() }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now.get()
    }

    pub(crate) fn spawn(&self, host: usize, run: impl Future<Output = ()> + 'static) {
        let mut tasks = self.tasks.borrow_mut();
        tasks.push(Some(Task { host, run: Box::pin(run) }));
        self.enter(self.now(), tasks.len() - 1);
    }

    fn enter(&self, at: i64, task: TaskId) {
        self.entered.set(self.entered.get() + 1);
        self.entries.borrow_mut().push(Reverse((at, self.entered.get(), task)));
    }

    /// Goes to what is next. Gives the task and its host; `None`: nothing will ever happen again.
    pub(crate) fn advance(&self) -> Option<(TaskId, usize)> {
        loop {
            let Reverse((at, _, task)) = self.entries.borrow_mut().pop()?;
            let host = self.tasks.borrow()[task].as_ref().map(|task| task.host);
            if let Some(host) = host {
                self.now.set(self.now().max(at));
                return Some((task, host));
            }
        }
    }

    pub(crate) fn run(&self, id: TaskId) {
        let Some(mut task) = self.tasks.borrow_mut()[id].take() else { return };
        self.current.set(id);
        let outcome = task.run.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if outcome.is_pending() && !self.dying.take() {
            self.tasks.borrow_mut()[id] = Some(task);
        }
    }

    /// The running task ends here, wherever it is.
    pub(crate) async fn die<T>(&self) -> T {
        self.dying.set(true);
        std::future::pending().await
    }

    /// Ends every task of `host` but the running one.
    pub(crate) fn kill(&self, host: usize) {
        let mut killed = vec![];
        for slot in self.tasks.borrow_mut().iter_mut() {
            killed.extend(slot.take_if(|task| task.host == host));
        }
        drop(killed);
    }

    pub(crate) fn kill_all(&self) {
        // What ends may begin something new, which ends, too.
        loop {
            let killed = std::mem::take(&mut *self.tasks.borrow_mut());
            self.entries.borrow_mut().clear();
            if killed.is_empty() {
                return;
            }
        }
    }

    pub(crate) async fn sleep(&self, ms: i64) {
        let until = self.now() + ms.max(0);
        self.enter(until, self.current.get());
        poll_fn(|_| if self.now() >= until { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Waits at `signal` until it `is_ready`, at most until `deadline`. Tells whether it is.
    pub(crate) async fn wait(
        &self,
        signal: &Signal,
        deadline: Option<i64>,
        is_ready: impl Fn() -> bool,
    ) -> bool {
        if is_ready() {
            return true;
        }
        if let Some(deadline) = deadline {
            self.enter(deadline, self.current.get());
        }
        poll_fn(|_| {
            if is_ready() {
                Poll::Ready(true)
            } else if deadline.is_some_and(|deadline| deadline <= self.now()) {
                Poll::Ready(false)
            } else {
                signal.add(self.current.get());
                Poll::Pending
            }
        })
        .await
    }

    pub(crate) fn raise(&self, signal: &Signal) {
        for task in signal.0.take() {
            self.enter(self.now(), task);
        }
    }
}

/// Where tasks wait for something to change.
#[derive(Default)]
pub(crate) struct Signal(RefCell<Vec<TaskId>>);

impl Signal {
    fn add(&self, task: TaskId) {
        let mut waiting = self.0.borrow_mut();
        if !waiting.contains(&task) {
            waiting.push(task);
        }
    }
}
