//! What guests print goes to the host's log, whole lines, each with its component; and, as it is, to the
//! files of `log_dir`.

use crate::telemetry::log::GUEST_TEXT;
use crate::telemetry::{GuestLine, GuestLog, Level, Telemetry};
use bytes::Bytes;
use opentelemetry::trace::SpanContext;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
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
    telemetry: Arc<Telemetry>,
    file: Option<Arc<File>>,
}

/// What all instances of one component write to, named as in Spin.
pub struct LogFiles {
    pub stdout: Arc<File>,
    pub stderr: Arc<File>,
}

impl LogFiles {
    pub fn open(folder: &Path, component: &str) -> std::io::Result<Self> {
        let open = |stream: &str| {
            let file = folder.join(format!("{component}_{stream}.txt"));
            File::options().create(true).append(true).open(file).map(Arc::new)
        };
        Ok(Self { stdout: open("stdout")?, stderr: open("stderr")? })
    }
}

impl GuestOutput {
    pub fn new(telemetry: Arc<Telemetry>, file: Option<Arc<File>>) -> Self {
        Self { telemetry, file }
    }

    fn lines(&self) -> Lines {
        Lines { telemetry: self.telemetry.clone(), file: self.file.clone(), pending: Vec::new() }
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
    telemetry: Arc<Telemetry>,
    file: Option<Arc<File>>,
    pending: Vec<u8>,
}

impl Lines {
    fn push(&mut self, bytes: &[u8]) {
        // A full disk is no reason to stop the guest.
        _ = self.file.as_deref().map(|mut file| file.write_all(bytes));
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
        match GuestLine::parse(line) {
            Some(GuestLine::Log(log)) => self.log(&log),
            Some(GuestLine::Span(mut span)) => {
                span.attributes.push(self.telemetry.component_attribute());
                self.telemetry.tracing.finished(span);
            }
            None => {
                let (component, text) = (&self.telemetry.component, String::from_utf8_lossy(line));
                tracing::info!(target: GUEST_TEXT, %component, "{text}");
            }
        }
    }

    fn log(&self, log: &GuestLog) {
        let GuestLog { level, message, span, fields } = log;
        let component = &self.telemetry.component;
        let trace_id = span.as_ref().map(SpanContext::trace_id).map(tracing::field::display);
        let span_id = span.as_ref().map(SpanContext::span_id).map(tracing::field::display);
        let fields = (!fields.is_empty()).then(|| serde_json::json!(fields)).map(tracing::field::display);
        match level {
            Level::Alarm => {
                tracing::error!(%component, alarm = true, trace_id, span_id, fields, "{message}");
            }
            Level::Error => tracing::error!(%component, trace_id, span_id, fields, "{message}"),
            Level::Warning => tracing::warn!(%component, trace_id, span_id, fields, "{message}"),
            Level::Info => tracing::info!(%component, trace_id, span_id, fields, "{message}"),
        }
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
