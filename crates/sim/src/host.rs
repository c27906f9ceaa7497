//! A machine of the center: its clock, its place among the ids, and the requests it serves.

use crate::{
    agenda::Signal,
    center::Center,
    database::Connection,
    dice::Dice,
    setup::{HOSTS, OUTSIDE},
};
use domain::time::Timestamp;
use shell::unique::instance::{self, Instance};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

pub(crate) struct Host {
    /// How far its clock is off.
    pub(crate) offset: Cell<i64>,
    pub(crate) is_up: Cell<bool>,
    pub(crate) is_ticking: Cell<bool>,
    instance: RefCell<Option<Instance>>,
}

impl Host {
    pub(crate) fn new(dice: &Dice) -> Self {
        Host {
            offset: Cell::default(),
            is_up: Cell::new(true),
            is_ticking: Cell::default(),
            instance: RefCell::new(Some(Instance::new(dice.bytes()))),
        }
    }

    pub(crate) fn enter(&self) {
        instance::play(self.instance.take());
    }

    pub(crate) fn leave(&self) {
        *self.instance.borrow_mut() = instance::play(None);
    }

    /// Everything in its memory is lost.
    pub(crate) fn restart(&self, dice: &Dice) {
        *self.instance.borrow_mut() = Some(Instance::new(dice.bytes()));
        self.is_ticking.set(false);
        self.is_up.set(true);
    }
}

/// What code that runs on a host has: the platform.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) center: Rc<Center>,
    pub(crate) host: usize,
}

impl Node {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.center.agenda.now() + self.center.hosts[self.host].offset.get())
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::new(self.center.clone())
    }

    pub(crate) fn spawn(&self, run: impl Future<Output = ()> + 'static) {
        self.center.agenda.spawn(self.host, run);
    }

    /// Does `work` here in a task of its own, and waits for it for `patience` ms. `None`: no answer
    /// came, whatever became of the work.
    pub(crate) fn call<T: 'static, F: Future<Output = T> + 'static>(
        &self,
        patience: i64,
        work: F,
    ) -> impl Future<Output = Option<T>> + use<T, F> {
        let center = self.center.clone();
        let call =
            Rc::new(Call { answer: Cell::new(None), is_over: Cell::default(), signal: Signal::default() });
        let end = End { center: self.center.clone(), call: call.clone() };
        self.spawn(async move {
            let answer = work.await;
            end.call.answer.set(Some(answer));
        });
        let deadline = center.agenda.now() + patience;
        async move {
            center.agenda.wait(&call.signal, Some(deadline), || call.is_over.get()).await;
            call.answer.take()
        }
    }
}

struct Call<T> {
    answer: Cell<Option<T>>,
    is_over: Cell<bool>,
    signal: Signal,
}

/// Tells the caller that the work is done or died.
struct End<T> {
    center: Rc<Center>,
    call: Rc<Call<T>>,
}

impl<T> Drop for End<T> {
    fn drop(&mut self) {
        self.call.is_over.set(true);
        self.center.agenda.raise(&self.call.signal);
    }
}

/// A request from outside to any host that is up. `None`: no answer.
pub(crate) async fn request<T: 'static, F: Future<Output = T> + 'static>(
    center: &Rc<Center>,
    handler: impl FnOnce(Node) -> F,
) -> Option<T> {
    center.agenda.sleep(center.dice.within(5..=40)).await;
    let up: Vec<usize> = (0..HOSTS).filter(|host| center.hosts[*host].is_up.get()).collect();
    let host = *center.dice.pick(&up)?;
    let node = Node { center: center.clone(), host };
    let faults = center.faults.get();
    if center.dice.chance(faults.call_lost / 2.0) {
        center.fault("lost on the way in:", "a request");
        return None;
    }
    let answer = node.call(15_000, handler(node.clone())).await;
    center.agenda.sleep(center.dice.within(5..=40)).await;
    if answer.is_some() && center.dice.chance(faults.call_lost / 2.0) {
        center.fault("lost on the way back:", "an answer");
        return None;
    }
    answer
}

/// Runs `actor` outside of every host.
pub(crate) fn outside(center: &Rc<Center>, actor: impl Future<Output = ()> + 'static) {
    center.agenda.spawn(OUTSIDE, actor);
}
