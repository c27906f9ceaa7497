//! What guests print goes to the host's standard error, whole lines, each with its component.

use bytes::Bytes;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// A line that never ends is cut here.
const LINE_BYTES_MAX: usize = 64 << 10;

/// Standard output or error of one instance.
#[derive(Clone)]
pub struct GuestOutput {
    component: Arc<str>,
}

impl GuestOutput {
    pub fn new(component: Arc<str>) -> Self {
        Self { component }
    }

    fn lines(&self) -> Lines {
        Lines { component: self.component.clone(), pending: Vec::new() }
    }
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.lines())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.lines())
    }
}

/// Gathers bytes until a line is whole.
struct Lines {
    component: Arc<str>,
    pending: Vec<u8>,
}

impl Lines {
    fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
            let rest = self.pending.split_off(end + 1);
            let line = std::mem::replace(&mut self.pending, rest);
            self.print(&line[..end]);
        }
        if LINE_BYTES_MAX < self.pending.len() {
            self.print_pending();
        }
    }

    fn print_pending(&mut self) {
        let line = std::mem::take(&mut self.pending);
        if !line.is_empty() {
            self.print(&line);
        }
    }

    fn print(&self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        // Nobody is left to tell when standard error is closed.
        _ = writeln!(std::io::stderr().lock(), "[{}] {text}", self.component);
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.print_pending();
    }
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LINE_BYTES_MAX)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Lines {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
