use super::client::{self, Store};
use super::url::Provider;
use super::{BucketUrl, error};
use crate::Error;
use object_store::aws::AmazonS3Builder;

/// Makes a client for a bucket with the credentials in the environment. Does not contact the bucket
/// yet.
pub(super) async fn store(url: &BucketUrl, environment: &[(String, String)]) -> Result<Box<dyn Store>, Error> {
    match url.provider {
        Provider::S3 => s3(url, environment).await,
        Provider::Gcs => gcs(url, environment),
        Provider::Azure => azure(url, environment),
    }
}

/// Applies the variables with a prefix that the provider's own tools use, and ignores others.
macro_rules! configured {
    ($builder:expr, $environment:expr, $prefix:literal) => {
        $environment.iter().filter(|(name, _)| name.starts_with($prefix)).fold($builder, |builder, (name, value)| {
            match name.to_ascii_lowercase().parse() {
                Ok(key) => builder.with_config(key, value),
                Err(_) => builder,
            }
        })
    };
}

async fn s3(url: &BucketUrl, environment: &[(String, String)]) -> Result<Box<dyn Store>, Error> {
    let is_http = |endpoint: &String| endpoint.starts_with("http://");
    let mut builder = configured!(AmazonS3Builder::new(), environment, "AWS_")
        .with_bucket_name(&url.bucket)
        .with_http_connector(client::Connector::new())
        .with_client_options(client::options(url.endpoint.as_ref().is_some_and(is_http)))
        // Objects are deleted one by one, which every service supports.
        .with_disable_bulk_delete(true)
        .with_retry(client::retries());
    if let Some(endpoint) = &url.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &url.region {
        builder = builder.with_region(region);
    }
    let store = builder.build().map_err(|e| error::of_bucket(&e, url))?;
    // If the environment has no credentials, the metadata service of Amazon's machines is asked.
    store.credentials().get_credential().await.map_err(|_| {
        error::trouble(format!("there are no keys for `{url}`: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`"))
    })?;
    Ok(Box::new(store))
}

#[cfg(feature = "gcs")]
fn gcs(url: &BucketUrl, environment: &[(String, String)]) -> Result<Box<dyn Store>, Error> {
    let builder = configured!(object_store::gcp::GoogleCloudStorageBuilder::new(), environment, "GOOGLE_")
        .with_bucket_name(&url.bucket)
        .with_http_connector(client::Connector::new())
        .with_client_options(client::options(false))
        .with_retry(client::retries());
    Ok(Box::new(builder.build().map_err(|e| error::of_bucket(&e, url))?))
}

#[cfg(not(feature = "gcs"))]
fn gcs(url: &BucketUrl, _: &[(String, String)]) -> Result<Box<dyn Store>, Error> {
    Err(error::trouble(format!(
        "`{url}` is on Google Cloud Storage, and this build has no support for it (feature `gcs`)"
    )))
}

#[cfg(feature = "azure")]
fn azure(url: &BucketUrl, environment: &[(String, String)]) -> Result<Box<dyn Store>, Error> {
    let builder = configured!(object_store::azure::MicrosoftAzureBuilder::new(), environment, "AZURE_")
        .with_container_name(&url.bucket)
        .with_http_connector(client::Connector::new())
        .with_client_options(client::options(false))
        .with_retry(client::retries());
    Ok(Box::new(builder.build().map_err(|e| error::of_bucket(&e, url))?))
}

#[cfg(not(feature = "azure"))]
fn azure(url: &BucketUrl, _: &[(String, String)]) -> Result<Box<dyn Store>, Error> {
    Err(error::trouble(format!("`{url}` is on Azure, and this build has no support for it (feature `azure`)")))
}
