use crate::Bucket;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of a [`Builder`](crate::Builder).
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) binary: PathBuf,
    pub(crate) environment: Vec<(OsString, OsString)>,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) wrapper: Vec<OsString>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) start_limit: Duration,
    pub(crate) bucket: Option<Bucket>,
    pub(crate) chooses_storage: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            binary: std::env::var_os("TINTYPE_BINARY").map_or_else(|| PathBuf::from("tintype"), PathBuf::from),
            environment: Vec::new(),
            arguments: Vec::new(),
            wrapper: Vec::new(),
            data_dir: None,
            // A start takes a fraction of a second, but longer on a machine that is busy with a
            // whole test suite.
            start_limit: Duration::from_secs(30),
            bucket: None,
            chooses_storage: false,
        }
    }
}

impl Setup {
    pub(crate) fn set_env(&mut self, name: &str, value: &str) {
        self.environment.push((name.into(), value.into()));
    }

    pub(crate) fn set_config(&mut self, key: &str, value: &str) {
        self.chooses_storage |= key == "storage_url";
        self.set_env(&format!("TINTYPE_{}", key.to_uppercase()), value);
    }

    pub(crate) fn set_bucket(&mut self, bucket: &Bucket) {
        for (name, value) in bucket.environment() {
            self.set_env(&name, &value);
        }
        self.set_config("storage_url", &bucket.url());
        self.bucket = Some(bucket.clone());
    }

    /// Stores the files in Garage if `TINTYPE_TEST_STORAGE` says so and the test does not choose a
    /// storage.
    pub(crate) fn choose_storage(&mut self) {
        match std::env::var("TINTYPE_TEST_STORAGE").as_deref() {
            Err(_) | Ok("local") => {}
            Ok("garage") if self.chooses_storage => {}
            Ok("garage") => {
                let bucket = Bucket::new().expect("`TINTYPE_TEST_STORAGE=garage` needs Garage");
                self.set_bucket(&bucket);
            }
            Ok(other) => panic!("`TINTYPE_TEST_STORAGE` is `{other}`; use `local` or `garage`"),
        }
    }
}
