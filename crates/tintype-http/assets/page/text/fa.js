// Persian.

export default {
    // Everywhere
    account: 'حساب', actions: 'کارها', again: 'تلاش دوباره', cancel: 'انصراف', close: 'بستن', colours: 'رنگ‌ها', comma: '، ', copied: 'رونوشت شد', copy: 'رونوشت', delete: 'حذف',
    download: 'بارگیری', language: 'زبان', menu: 'فهرست', name: 'نام', never: 'هرگز', no: 'نه', none: 'هیچ', nothing: 'هیچ', reload: 'بارگذاری دوباره', remove: 'برداشتن', save: 'ذخیره', secondUnit: 'ثانیه',
    theme_dark: 'تیره', theme_light: 'روشن', theme_system: 'مانند سیستم', undo: 'برگرداندن', units: ['بایت', 'کیلوبایت', 'مگابایت', 'گیگابایت', 'ترابایت'], yes: 'بله',
    pageIsOld: 'این بخش از صفحه باز نشد. شاید سرور به‌روز شده باشد.',

    // What went wrong
    busy: 'سرور مشغول است. کمی بعد دوباره تلاش کنید.', cannotRead: 'مرورگر دیگر نمی‌تواند این پرونده را بخواند. دوباره انتخابش کنید.', changedMeanwhile: 'کس دیگری این پرونده را تغییر داده است. برای دیدن تغییر دوباره بازش کنید.', failed: 'مشکلی پیش آمد.',
    isGone: 'این دیگر وجود ندارد.', noAnswer: 'سرور پاسخ نمی‌دهد.', noRoom: 'سرور دیگر جا ندارد.', notAllowed: 'شما اجازهٔ این کار را ندارید.', serverFailed: 'سرور خطا داد. مدیر علت را در گزارش سرور می‌یابد.',
    tooLarge: 'بزرگ‌تر از اندازه‌ای است که سرور می‌پذیرد.', tooManyRequests: 'درخواست‌ها زیاد بود. یک دقیقه صبر کنید.', wrongType: 'سرور این نوع پرونده را نمی‌پذیرد.',

    // Signing in
    signIn: 'ورود', signInTitle: 'ورود به tintype', signOut: 'خروج', staySignedIn: 'در این دستگاه وارد بمان', password: 'گذرواژه', token: 'توکن', username: 'نام کاربری', usePassword: 'ورود با گذرواژه', useToken: 'ورود با توکن',
    wrongPassword: 'نام کاربری یا گذرواژه نادرست است.', wrongToken: 'این توکن معتبر نیست.', mayNothing: 'وارد شده‌اید، اما اجازهٔ دیدن یا افزودن پرونده ندارید. مدیر می‌تواند این را تغییر دهد.',

    // The library
    all: 'همه', asGrid: 'نمایش شبکه‌ای', asList: 'نمایش فهرستی', files: 'پرونده‌ها', filters: 'صافی‌ها', library: 'همهٔ پرونده‌ها', noFiles: 'هنوز پرونده‌ای نیست. چند تا را اینجا رها کنید.', nothingFound: 'چیزی پیدا نشد.', order: 'ترتیب', search: 'جست‌وجوی نام', size: 'اندازهٔ تصویرها', skip: 'پرش به پرونده‌ها', view: 'نما',
    nFiles: (text) => `${text} پرونده`, noFilters: 'پاک کردن همه', without: (what) => `برداشتن ${what}`,
    'order_-created_at': 'تازه‌ترین بارگذاری', order_created_at: 'قدیمی‌ترین بارگذاری', 'order_-taken_at': 'تازه‌ترین عکس', order_taken_at: 'قدیمی‌ترین عکس', order_name: 'نام، الف تا ی', 'order_-name': 'نام، ی تا الف', 'order_-size': 'بزرگ‌ترین', order_size: 'کوچک‌ترین', order_type: 'بر پایهٔ نوع',
    types_image: 'تصویرها', types_video: 'ویدیوها', types_audio: 'صداها', types_pdf: 'سندها',
    type_image: 'تصویر', type_video: 'ویدیو', type_audio: 'صدا', type_pdf: 'پی‌دی‌اف', type_document: 'سند', type_spreadsheet: 'صفحه‌گسترده', type_presentation: 'ارائه', type_text: 'متن', type_compressed: 'بایگانی', type_other: 'دیگر',

    // Filters
    any: 'هر کدام', camera: 'دوربین', from: 'از', to: 'تا', mine: 'فقط مال من', place: 'مکان', preview: 'پیش‌نمایش', taken: 'تاریخ عکس', type: 'نوع', fileSize: 'حجم', uploaded: 'بارگذاری', uploadedBy: 'بارگذاری از', visibility: 'دسترسی', withPlace: 'دارای مکان', withoutPlace: 'بدون مکان',
    private: 'خصوصی', public: 'عمومی', preview_ready: 'پیش‌نمایش دارد', preview_pending: 'پیش‌نمایش در حال ساخت', preview_failed: 'پیش‌نمایش ناموفق', preview_none: 'بدون پیش‌نمایش', size_small: 'تا ۱ مگابایت', size_medium: '۱ تا ۱۰ مگابایت', size_large: '۱۰ تا ۱۰۰ مگابایت', size_huge: 'بیش از ۱۰۰ مگابایت',
    filter_user_id: 'کاربر', filter_taken_from: 'عکس از', filter_taken_to: 'عکس تا', filter_created_from: 'بارگذاری از', filter_created_to: 'بارگذاری تا', filter_size_min: 'دست‌کم', filter_size_max: 'حداکثر', filter_similar_to: 'شبیه پروندهٔ', filter_checksum: 'چکیده',

    // Many files
    selection: 'گزینش', clearSelection: 'پاک کردن گزینش', nSelected: (text) => `${text} گزیده`, selectAll: (count) => `گزینش هر ${count}`, downloadZip: 'بارگیری ZIP', packing: 'آماده‌سازی ZIP…', hide: 'خصوصی کردن', publish: 'عمومی کردن',
    working: (done, all) => `${done} از ${all}…`, changed: (text) => `${text} پرونده تغییر کرد`, notChanged: (text) => `${text} پرونده تغییر نکرد.`,
    deleted: (text) => `${text} پرونده حذف شد`, notDeleted: (text) => `${text} پرونده حذف نشد.`,

    // The trash
    trash: 'زباله‌دان', trashEmpty: 'زباله‌دان خالی است.', trashedUntil: (day) => `تا ${day}`, restore: 'بازگرداندن', restored: (text) => `${text} پرونده بازگشت`, deleteForGood: 'حذف همیشگی',

    // Tags
    create: 'ساختن', newFolder: 'برچسب یا پوشهٔ تازه', tags: 'برچسب‌ها', addTag: 'افزودن برچسب', removeTag: 'برداشتن برچسب', tagName: 'برچسب، یا پوشه/برچسب', rename: 'تغییر نام', removeFromFiles: 'برداشتن از همهٔ پرونده‌ها', slashHint: 'خط کج پوشه می‌سازد: سفر/۱۴۰۵/یزد', unfold: (name) => `نمایش درون ${name}`, changeTag: (name) => `تغییر ${name}`,
    removeTagFromAll: (name, text) => `برچسب «${name}» از ${text} پرونده برداشته می‌شود. پرونده‌ها می‌مانند.`, tagged: (text, count, tag) => `${text} پرونده در ${tag} گذاشته شد`, moved: (text, count, tag) => `${text} پرونده به ${tag} رفت`,

    // Bringing files in
    address: 'نشانی', emptyFolder: (name) => `هنوز چیزی در ${name} نیست. پرونده‌هایی که اینجا رها شوند به آن می‌روند.`, fetch: 'دریافت', fetched: (name) => `${name} دریافت شد`, fetching: 'در حال دریافت…', fromUrl: 'از نشانی وب', moreUploads: 'راه‌های دیگر افزودن', uploadFiles: 'پرونده‌ها', uploadFolder: 'یک پوشه',
    upload: 'بارگذاری', uploads: 'بارگذاری‌ها', dropHere: 'پرونده‌ها یا پوشه‌ها را برای بارگذاری رها کنید', dropOrPick: 'پرونده‌ها یا پوشه‌ها را هر جای این صفحه رها کنید، بچسبانید یا انتخاب کنید.', allUploaded: (text) => `${text} پرونده بارگذاری شد`, nOfMUploaded: (done, all) => `${done} از ${all} بارگذاری شد`,
    andMore: (count) => `و ${count} تای دیگر`, checking: 'بررسی این‌که از پیش هست یا نه…', chooseAgain: 'ناتمام ماند. برای ادامه همین پرونده را دوباره انتخاب کنید.', clearDone: 'پاک کردن تمام‌شده‌ها', done: 'تمام', emptyFile: 'این پرونده خالی است.', giveUp: (name) => `برداشتن ${name}`, isHereAlready: (name) => `از پیش هست، با نام ${name}`, making: 'سرور در حال بررسی است…',
    pause: (name) => `مکث ${name}`, pauseAll: 'مکث همه', paused: 'در مکث', resume: (name) => `ادامهٔ ${name}`, resumeAll: 'ادامهٔ همه', retry: (name) => `تلاش دوباره برای ${name}`, retrying: 'تلاش دوباره…', show: 'نمایش', uploadAnyway: 'به هر حال بارگذاری شود', waiting: 'در صف',

    // A file
    file: 'پرونده', details: 'جزئیات', previous: 'پیشین', next: 'پسین', addDescription: 'افزودن شرح', description: 'شرح', dimensions: 'ابعاد', duration: 'مدت', changedAt: 'تغییر', openFile: 'باز کردن اصل پرونده', replace: 'جایگزینی با پروندهٔ دیگر', replaced: 'پرونده جایگزین شد', similar: 'نمایش شبیه‌ها',
    publicMeans: 'هر که پیوندش را دارد می‌تواند ببیند.', privateMeans: 'تنها کسانی که وارد شده‌اند یا پیوند امضاشده دارند می‌توانند ببینند.', link: 'پیوند', copyLink: 'رونوشت پیوند', copyDownloadLink: 'رونوشت پیوند بارگیری', linkCopied: (until) => `رونوشت شد. پیوند تا ${until} کار می‌کند.`, linkLifetime: 'مدت اعتبار پیوند', lifetime_hour: 'یک ساعت', lifetime_day: 'یک روز', lifetime_week: 'یک هفته',
    focalPoint: 'تعیین نقطهٔ کانونی', noFocalPoint: 'برداشتن نقطهٔ کانونی', focusSet: 'نقطهٔ کانونی تعیین شد', clickFocus: 'روی جایی کلیک کنید که هنگام برش تصویر باید دیده شود.', cannotPlay: 'این مرورگر نمی‌تواند این پرونده را پخش کند. برای پخش، بارگیری‌اش کنید.', beginningOnly: (size) => `تنها ${size} نخست نشان داده شده است.`,
    noPreview: 'این پرونده پیش‌نمایش ندارد.', previewPending: 'پیش‌نمایش در حال ساخت است…', reason_damaged: 'پیش‌نمایش نیست: پرونده آسیب دیده است.', reason_encrypted: 'پیش‌نمایش نیست: پرونده گذرواژه دارد.', reason_unsupported: 'پیش‌نمایش نیست: این نوع پرونده پشتیبانی نمی‌شود.', reason_too_large: 'پیش‌نمایش نیست: تصویر بیش از اندازه بزرگ است.', reason_timed_out: 'پیش‌نمایش نیست: ساختنش بیش از اندازه طول کشید.',
    metadata: 'فراداده', seconds: (value) => `${value} ثانیه`, millimetres: (value) => `${value} میلی‌متر`, kilobits: (value) => `${value} کیلوبیت بر ثانیه`, perSecond: (value) => `${value} در ثانیه`, hertz: (value) => `${value} هرتز`, mono: 'مونو', stereo: 'استریو',
    meta_camera: 'دوربین', meta_lens: 'عدسی', meta_exposure_time: 'نوردهی', meta_f_number: 'دیافراگم', meta_iso: 'ایزو', meta_focal_length: 'فاصلهٔ کانونی', meta_frames: 'قاب‌ها', meta_colour_profile: 'نمایهٔ رنگ', meta_dpi: 'تفکیک (dpi)', meta_title: 'عنوان', meta_creator: 'پدیدآور', meta_copyright: 'حق نشر', meta_keywords: 'کلیدواژه‌ها', meta_bit_rate: 'نرخ بیت', meta_codec: 'کدک', meta_audio_codec: 'کدک صدا', meta_frame_rate: 'نرخ قاب', meta_sample_rate: 'نرخ نمونه', meta_channels: 'کانال‌ها',
    meta_artist: 'هنرمند', meta_album: 'آلبوم', meta_track: 'شمارهٔ قطعه', meta_pages: 'صفحه‌ها', meta_slides: 'اسلایدها', meta_sheets: 'برگه‌ها', meta_author: 'نویسنده', meta_created_at: 'تاریخ ساخت', meta_encrypted: 'رمزگذاری‌شده', meta_entries: 'درون‌مایه', meta_uncompressed_size: 'حجم باز‌شده',

    // People
    people: 'کاربران', admin: 'مدیر', staff: 'همکار', user: 'کاربر', role: 'نقش', role_admin: 'اجازهٔ هر کاری را دارد.', role_staff: 'اجازهٔ آنچه را در زیر نشان خورده دارد.', role_user: 'می‌تواند وارد شود، اما پرونده‌ها را نمی‌بیند.', permissions: 'اجازهٔ', mayAdd: 'افزودن پرونده', maySee: 'دیدن پرونده‌ها', mayChange: 'تغییر پرونده‌ها', mayDelete: 'حذف پرونده‌ها',
    newUser: 'کاربر تازه', searchPeople: 'جست‌وجوی کاربران', fullName: 'نام', lastSeen: 'آخرین ورود', firstName: 'نام', lastName: 'نام خانوادگی', email: 'ایمیل', emptyKeeps: 'برای ماندن گذرواژهٔ کنونی خالی بگذارید.', emptyTokensOnly: 'بدون گذرواژه تنها توکن کار می‌کند.', isActive: 'می‌تواند وارد شود', inactive: 'غیرفعال', deleteUser: 'حذف کاربر', reallyDelete: 'واقعاً حذف شود؟ پرونده‌ها می‌مانند.', showMore: (count) => `نمایش بیشتر (${count})`,
    myAccount: 'حساب من', changePassword: 'تغییر گذرواژه', oldPassword: 'گذرواژهٔ کنونی', newPassword: 'گذرواژهٔ تازه', passwordAgain: 'تکرار گذرواژهٔ تازه', passwordHint: 'دست‌کم ۸ نویسه. ورودهای دیگر پایان می‌یابند.', passwordChanged: 'گذرواژه تغییر کرد', notTheSame: 'این دو یکی نیستند.',
    tokens: 'توکن‌ها', newToken: 'توکن تازه', tokenLabel: 'برای چه', tokenLifetime: 'مدت اعتبار', valid_month: '۳۰ روز', valid_year: 'یک سال', valid_never: 'تا لغو', keyOnce: 'توکن را همین حالا رونوشت کنید. دوباره نشان داده نمی‌شود.', created: 'ساخت', lastUsed: 'آخرین استفاده', expires: 'پایان', revoke: (label) => `لغو ${label}`,

    // Upload links
    uploadLinks: 'پیوندهای بارگذاری', newLink: 'پیوند بارگذاری تازه', uploadLinksMean: 'با پیوند بارگذاری کسانی که حساب ندارند پرونده می‌افزایند. پرونده‌ها از آنِ سازندهٔ پیوند است.', filesAllowed: 'شمار پرونده‌ها', filesUsed: 'پرونده‌ها', usedOf: (used, all) => `${used} از ${all}`, limits: 'محدودیت‌ها', upTo: (size) => `تا ${size}`, largestFile: 'بزرگ‌ترین پرونده، به مگابایت', noLimit: 'تنها محدودیت سرور', allowedTypes: 'نوع پرونده‌ها', allTypes: 'اگر هیچ‌یک نشان نخورد، هر چه سرور بپذیرد.', asServer: 'مانند سرور', copyForPeople: 'رونوشت پیوند', copyForPrograms: 'رونوشت نشانی برای برنامه‌ها', linkWhat: 'برای چه', expired: 'پایان‌یافته', revokeLink: (name) => `لغو ${name}`, linkRevoked: 'پیوند لغو شد', linkMade: (until) => `این پیوند را برای کسانی که باید پرونده بیفزایند بفرستید. تا ${until} کار می‌کند.`,
    giveTitle: 'افزودن پرونده', linkUsedUp: 'این پیوند به پایان رسیده است: همهٔ پرونده‌هایش رسیده‌اند.', linkExpired: 'اعتبار این پیوند تمام شده است. پیوند دیگری بخواهید.', linkInvalid: 'این پیوند معتبر نیست یا دیگر معتبر نیست. پیوند دیگری بخواهید.',

    // Webhooks
    webhooks: 'وب‌هوک‌ها', webhook: 'وب‌هوک', newWebhook: 'وب‌هوک تازه', webhooksMean: 'وب‌هوک رویدادهای پرونده‌ها را همان دم به برنامهٔ دیگری خبر می‌دهد.', events: 'رویدادها', event: 'رویداد', state: 'وضعیت', hookActive: 'فعال', hookFailing: 'ناموفق', hookOff_gone: 'خاموش: نشانی گفت که دیگر نیست', hookOff_failing: 'خاموش: یک روز ناموفق بود', hookIsActive: 'فعال است', reallyDeleteHook: 'واقعاً حذف شود؟', secret: 'رمز', secretOnce: 'رمز را همین حالا رونوشت کنید. درستی پیام‌ها با آن سنجیده می‌شود و دوباره نشان داده نمی‌شود.',
    'event_file.created': 'پرونده‌ای افزوده شد', 'event_file.changed': 'پرونده‌ای تغییر کرد', 'event_file.deleted': 'پرونده‌ای حذف شد', 'event_preview.ready': 'پیش‌نمایشی آماده شد', deliveries: 'فرستاده‌ها', lastAttempt: 'آخرین تلاش', delivery_pending: 'در صف', delivery_delivered: 'رسید', delivery_failed: 'نرسید',

    // System
    system: 'سیستم', healthy: 'همه چیز خوب است', filesTotal: 'پرونده‌ها', derived: 'تصویرهای کوچک', requests: 'درخواست‌ها', uploadedBytes: 'بارگذاری', working_decodes: 'کار در صف', ofMemory: (used, all) => `${used} از ${all} حافظهٔ رمزگشایی`, connections: 'اتصال‌های پایگاه داده', ofOpen: (count) => `از ${count} باز`, failures: 'خطاهای پایگاه داده و انباره', sinceStart: 'از آغاز', running: 'زمان کار', version: (text) => `نسخهٔ ${text}`, filesByType: 'پرونده‌ها بر پایهٔ نوع', apiDocs: 'مستندات API',

    // Keys
    keyboard: 'صفحه‌کلید', keysEverywhere: 'همه جا', keysLibrary: 'پرونده‌ها', keysFile: 'یک پرونده', keySearch: 'جست‌وجو', keyUpload: 'بارگذاری', keyHelp: 'همین برگه', keyEscape: 'بستن، یا پاک کردن گزینش', keyMove: 'جابه‌جایی', keyOpen: 'باز کردن', keySelect: 'گزینش', keyExtend: 'گزینش در راه', keyAll: 'گزینش همه', keyDelete: 'حذف', keyHome: 'نخستین پرونده', keyEnd: 'واپسین پرونده', keyNeighbours: 'پیشین، پسین', keyZoom: 'بزرگ، کوچک، اندازه', keyInfo: 'جزئیات', keyDownload: 'بارگیری', keyClose: 'بازگشت به همه',
};
