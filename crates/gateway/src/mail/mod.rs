//! Letters: MIME comes by HTTP and leaves by SMTP.
