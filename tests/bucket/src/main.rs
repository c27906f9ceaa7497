//! An S3 server over a folder, whose sub-folders are buckets. Prints its address, and ends with its input.

use anyhow::{Result, anyhow};
use clap::Parser;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use std::{net::SocketAddr, path::PathBuf};
use tokio::{
    io::{AsyncReadExt, stdin},
    net::TcpListener,
};

#[derive(Parser)]
struct Arguments {
    folder: PathBuf,
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    #[arg(long, default_value = "test")]
    access_key: String,
    #[arg(long, default_value = "test-secret")]
    secret_key: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { folder, listen, access_key, secret_key } = Arguments::parse();
    let files = FileSystem::new(folder).map_err(|error| anyhow!("{error:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(access_key, secret_key));
    let service = service.build();
    let listener = TcpListener::bind(listen).await?;
    println!("http://{}", listener.local_addr()?);
    let mut input = stdin();
    let mut ignored = [0; 64];
    loop {
        tokio::select! {
            read = input.read(&mut ignored) => if read? == 0 { return Ok(()) },
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                let service = service.clone();
                tokio::spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    // Whoever hangs up early tells it by the next request.
                    _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        }
    }
}
