// Arabic.

const rules = new Intl.PluralRules('ar');

/** Counts files: one, two, three to ten, eleven and more, and hundreds have words of their own. */
const files = (text, count) => ({ one: 'ملف واحد', two: 'ملفان', few: `${text} ملفات`, many: `${text} ملفًا` })[rules.select(count)] ?? `${text} ملف`;

export default {
    // Everywhere
    account: 'الحساب', actions: 'الإجراءات', again: 'أعد المحاولة', cancel: 'إلغاء', close: 'إغلاق', colours: 'الألوان', comma: '، ', copied: 'تم النسخ', copy: 'نسخ', delete: 'حذف',
    download: 'تنزيل', language: 'اللغة', menu: 'القائمة', name: 'الاسم', never: 'أبدًا', no: 'لا', none: 'لا شيء', nothing: 'لا شيء', reload: 'إعادة التحميل', remove: 'إزالة', save: 'حفظ', secondUnit: 'ث',
    theme_dark: 'داكن', theme_light: 'فاتح', theme_system: 'كالنظام', undo: 'تراجع', units: ['بايت', 'ك.ب', 'م.ب', 'ج.ب', 'ت.ب'], yes: 'نعم',
    pageIsOld: 'تعذّر تحميل هذا الجزء من الصفحة. ربما حُدِّث الخادم.',

    // What went wrong
    busy: 'الخادم مشغول. أعد المحاولة بعد لحظات.', cannotRead: 'لم يعد المتصفح قادرًا على قراءة هذا الملف. اختره مرة أخرى.', changedMeanwhile: 'غيّر شخص آخر هذا الملف. افتحه من جديد لترى التغيير.', failed: 'حدث خطأ ما.',
    isGone: 'لم يعد هذا موجودًا.', noAnswer: 'الخادم لا يستجيب.', noRoom: 'لم تبقَ مساحة على الخادم.', notAllowed: 'لا يُسمح لك بذلك.', serverFailed: 'تعطّل الخادم. يجد المسؤول السبب في سجلّه.',
    tooLarge: 'هذا أكبر مما يقبله الخادم.', tooManyRequests: 'طلبات كثيرة. انتظر دقيقة.', wrongType: 'لا يقبل الخادم ملفات من هذا النوع.',

    // Signing in
    signIn: 'تسجيل الدخول', signInTitle: 'تسجيل الدخول إلى tintype', signOut: 'تسجيل الخروج', staySignedIn: 'ابقَ مسجّلًا على هذا الجهاز', password: 'كلمة المرور', token: 'الرمز', username: 'اسم المستخدم', usePassword: 'استخدم كلمة مرور بدلًا من ذلك', useToken: 'استخدم رمزًا بدلًا من ذلك',
    wrongPassword: 'اسم المستخدم أو كلمة المرور غير صحيحة.', wrongToken: 'هذا الرمز غير صالح.', mayNothing: 'سجّلت الدخول، لكن لا يُسمح لك برؤية الملفات ولا بإضافتها. يمكن للمسؤول تغيير ذلك.',

    // The library
    all: 'الكل', asGrid: 'عرض كشبكة', asList: 'عرض كقائمة', files: 'الملفات', filters: 'المرشّحات', library: 'كل الملفات', noFiles: 'لا توجد ملفات بعد. أفلت بعضها هنا.', nothingFound: 'لا نتائج.', order: 'الترتيب', search: 'البحث بالاسم', size: 'حجم الصور', skip: 'انتقل إلى الملفات', view: 'العرض',
    nFiles: files, noFilters: 'مسح الكل', without: (what) => `إزالة ${what}`,
    'order_-created_at': 'الأحدث رفعًا', order_created_at: 'الأقدم رفعًا', 'order_-taken_at': 'الأحدث التقاطًا', order_taken_at: 'الأقدم التقاطًا', order_name: 'الاسم، من أ إلى ي', 'order_-name': 'الاسم، من ي إلى أ', 'order_-size': 'الأكبر أولًا', order_size: 'الأصغر أولًا', order_type: 'حسب النوع',
    types_image: 'الصور', types_video: 'الفيديو', types_audio: 'الصوت', types_pdf: 'المستندات',
    type_image: 'صورة', type_video: 'فيديو', type_audio: 'صوت', type_pdf: 'PDF', type_document: 'مستند', type_spreadsheet: 'جدول', type_presentation: 'عرض تقديمي', type_text: 'نص', type_compressed: 'أرشيف', type_other: 'غير ذلك',

    // Filters
    any: 'أيّ', camera: 'الكاميرا', from: 'من', to: 'إلى', mine: 'ملفاتي فقط', place: 'المكان', preview: 'المعاينة', taken: 'تاريخ الالتقاط', type: 'النوع', fileSize: 'الحجم', uploaded: 'تاريخ الرفع', uploadedBy: 'رفعه', visibility: 'الظهور', withPlace: 'بمكان', withoutPlace: 'بلا مكان',
    private: 'خاص', public: 'عام', preview_ready: 'له معاينة', preview_pending: 'المعاينة قيد الإعداد', preview_failed: 'فشلت المعاينة', preview_none: 'بلا معاينة', size_small: 'حتى ١ م.ب', size_medium: 'من ١ إلى ١٠ م.ب', size_large: 'من ١٠ إلى ١٠٠ م.ب', size_huge: 'أكثر من ١٠٠ م.ب',
    filter_user_id: 'المستخدم', filter_taken_from: 'التُقط منذ', filter_taken_to: 'التُقط حتى', filter_created_from: 'رُفع منذ', filter_created_to: 'رُفع حتى', filter_size_min: 'على الأقل', filter_size_max: 'على الأكثر', filter_similar_to: 'يشبه الملف', filter_checksum: 'البصمة',

    // Many files
    selection: 'التحديد', clearSelection: 'إلغاء التحديد', nSelected: (text, count) => `حُدِّد ${files(text, count)}`, selectAll: (count) => `تحديد الكل (${count})`, downloadZip: 'تنزيل ZIP', packing: 'يُعدّ ملف ZIP…', hide: 'جعلها خاصة', publish: 'جعلها عامة',
    working: (done, all) => `${done} من ${all}…`, changed: (text, count) => `تغيّر ${files(text, count)}`, notChanged: (text, count) => `تعذّر تغيير ${files(text, count)}.`,
    deleted: (text, count) => `حُذف ${files(text, count)}`, notDeleted: (text, count) => `تعذّر حذف ${files(text, count)}.`,

    // The trash
    trash: 'المهملات', trashEmpty: 'المهملات فارغة.', trashedUntil: (day) => `حتى ${day}`, restore: 'استعادة', restored: (text, count) => `استُعيد ${files(text, count)}`, deleteForGood: 'حذف نهائي',

    // Tags
    create: 'إنشاء', newFolder: 'وسم أو مجلد جديد', tags: 'الوسوم', addTag: 'إضافة وسم', removeTag: 'إزالة وسم', tagName: 'وسم، أو مجلد/وسم', rename: 'إعادة التسمية', removeFromFiles: 'إزالة من كل الملفات', slashHint: 'الخط المائل يصنع مجلدات: رحلات/٢٠٢٦/أوسلو', unfold: (name) => `إظهار ما في ${name}`, changeTag: (name) => `تغيير ${name}`,
    removeTagFromAll: (name, text, count) => `يُزال الوسم «${name}» عن ${files(text, count)}. تبقى الملفات.`, tagged: (text, count, tag) => `وُضع ${files(text, count)} في ${tag}`, moved: (text, count, tag) => `نُقل ${files(text, count)} إلى ${tag}`,

    // Bringing files in
    address: 'العنوان', emptyFolder: (name) => `لا شيء في ${name} بعد. الملفات التي تُفلت هنا تذهب إليه.`, fetch: 'جلب', fetched: (name) => `وصل ${name}`, fetching: 'جارٍ الجلب…', fromUrl: 'من عنوان على الويب', moreUploads: 'طرق أخرى لإضافة الملفات', uploadFiles: 'ملفات', uploadFolder: 'مجلد',
    upload: 'رفع', uploads: 'عمليات الرفع', dropHere: 'أفلت ملفات أو مجلدات لرفعها', dropOrPick: 'أفلت ملفات أو مجلدات في أي مكان من هذه الصفحة، أو ألصقها، أو اخترها.', allUploaded: (text, count) => `رُفع ${files(text, count)}`, nOfMUploaded: (done, all) => `رُفع ${done} من ${all}`,
    andMore: (count) => `و${count} أخرى`, checking: 'يُفحص إن كان موجودًا من قبل…', chooseAgain: 'انقطع. اختر هذا الملف مرة أخرى للمتابعة.', clearDone: 'مسح ما انتهى', done: 'تم', emptyFile: 'هذا الملف فارغ.', giveUp: (name) => `إزالة ${name}`, isHereAlready: (name) => `موجود من قبل باسم ${name}`, making: 'الخادم ينظر فيه…',
    pause: (name) => `إيقاف ${name} مؤقتًا`, pauseAll: 'إيقاف الكل مؤقتًا', paused: 'متوقف مؤقتًا', resume: (name) => `متابعة ${name}`, resumeAll: 'متابعة الكل', retry: (name) => `إعادة محاولة ${name}`, retrying: 'تُعاد المحاولة…', show: 'إظهار', uploadAnyway: 'ارفعه على أي حال', waiting: 'في الانتظار',

    // A file
    file: 'ملف', details: 'التفاصيل', previous: 'السابق', next: 'التالي', addDescription: 'أضف وصفًا', description: 'الوصف', dimensions: 'الأبعاد', duration: 'المدة', changedAt: 'تغيّر في', openFile: 'فتح الأصل', replace: 'استبدال بملف آخر', replaced: 'استُبدل الملف', similar: 'إظهار ما يشبهه',
    publicMeans: 'يراه كل من لديه رابطه.', privateMeans: 'لا يراه إلا من سجّل الدخول أو لديه رابط موقّع.', link: 'الرابط', copyLink: 'نسخ الرابط', copyDownloadLink: 'نسخ رابط التنزيل', linkCopied: (until) => `تم النسخ. يعمل الرابط حتى ${until}.`, linkLifetime: 'مدة عمل الرابط', lifetime_hour: 'ساعة', lifetime_day: 'يوم', lifetime_week: 'أسبوع',
    focalPoint: 'تحديد النقطة المهمة', noFocalPoint: 'إزالة النقطة المهمة', focusSet: 'حُدِّدت النقطة المهمة', clickFocus: 'انقر على ما يجب أن يبقى ظاهرًا عند قصّ الصورة.', cannotPlay: 'لا يستطيع هذا المتصفح تشغيل هذا الملف. نزّله لتشغيله في مكان آخر.', beginningOnly: (size) => `يظهر أول ${size} فقط.`,
    noPreview: 'لا معاينة لهذا الملف.', previewPending: 'تُعدّ المعاينة…', reason_damaged: 'لا معاينة: الملف تالف.', reason_encrypted: 'لا معاينة: الملف محمي بكلمة مرور.', reason_unsupported: 'لا معاينة: هذا النوع من الملفات غير مدعوم.', reason_too_large: 'لا معاينة: الصورة كبيرة جدًا.', reason_timed_out: 'لا معاينة: استغرق إعدادها وقتًا طويلًا.',
    metadata: 'البيانات الوصفية', seconds: (value) => `${value} ث`, millimetres: (value) => `${value} مم`, kilobits: (value) => `${value} ك.بت/ث`, perSecond: (value) => `${value} في الثانية`, hertz: (value) => `${value} هرتز`, mono: 'أحادي', stereo: 'ستيريو',
    meta_camera: 'الكاميرا', meta_lens: 'العدسة', meta_exposure_time: 'التعريض', meta_f_number: 'فتحة العدسة', meta_iso: 'الحساسية', meta_focal_length: 'البعد البؤري', meta_frames: 'الإطارات', meta_colour_profile: 'ملف الألوان', meta_dpi: 'الدقة (dpi)', meta_title: 'العنوان', meta_creator: 'المنشئ', meta_copyright: 'حقوق النشر', meta_keywords: 'الكلمات المفتاحية', meta_bit_rate: 'معدل البت', meta_codec: 'الترميز', meta_audio_codec: 'ترميز الصوت', meta_frame_rate: 'معدل الإطارات', meta_sample_rate: 'معدل العينات', meta_channels: 'القنوات',
    meta_artist: 'الفنان', meta_album: 'الألبوم', meta_track: 'رقم المقطع', meta_pages: 'الصفحات', meta_slides: 'الشرائح', meta_sheets: 'الأوراق', meta_author: 'المؤلف', meta_created_at: 'أُنشئ في', meta_encrypted: 'مشفّر', meta_entries: 'المحتويات', meta_uncompressed_size: 'الحجم بعد الفك',

    // People
    people: 'المستخدمون', admin: 'مسؤول', staff: 'موظف', user: 'مستخدم', role: 'الدور', role_admin: 'يُسمح له بكل شيء.', role_staff: 'يُسمح له بما هو محدد أدناه.', role_user: 'يمكنه تسجيل الدخول، لكنه لا يرى الملفات ولا يغيّرها.', permissions: 'يُسمح له', mayAdd: 'إضافة ملفات', maySee: 'رؤية الملفات', mayChange: 'تغيير الملفات', mayDelete: 'حذف الملفات',
    newUser: 'مستخدم جديد', searchPeople: 'البحث عن مستخدمين', fullName: 'الاسم', lastSeen: 'آخر دخول', firstName: 'الاسم الأول', lastName: 'اسم العائلة', email: 'البريد الإلكتروني', emptyKeeps: 'اتركها فارغة للإبقاء على الحالية.', emptyTokensOnly: 'من دونها لا تُستخدم إلا الرموز.', isActive: 'يمكنه تسجيل الدخول', inactive: 'معطّل', deleteUser: 'حذف المستخدم', reallyDelete: 'أتحذفه حقًا؟ تبقى الملفات.', showMore: (count) => `إظهار المزيد (${count})`,
    myAccount: 'حسابي', changePassword: 'تغيير كلمة المرور', oldPassword: 'كلمة المرور الحالية', newPassword: 'كلمة المرور الجديدة', passwordAgain: 'كلمة المرور الجديدة مرة أخرى', passwordHint: '٨ أحرف على الأقل. تنتهي عمليات الدخول الأخرى.', passwordChanged: 'تغيّرت كلمة المرور', notTheSame: 'الكلمتان غير متطابقتين.',
    tokens: 'الرموز', newToken: 'رمز جديد', tokenLabel: 'الغرض منه', tokenLifetime: 'مدة صلاحيته', valid_month: '٣٠ يومًا', valid_year: 'سنة', valid_never: 'حتى إلغائه', keyOnce: 'انسخ الرمز الآن. لن يظهر مرة أخرى.', created: 'أُنشئ', lastUsed: 'آخر استخدام', expires: 'ينتهي', revoke: (label) => `إلغاء ${label}`,

    // Upload links
    uploadLinks: 'روابط الرفع', newLink: 'رابط رفع جديد', uploadLinksMean: 'برابط الرفع يضيف من لا حساب لهم ملفات. الملفات لمن أنشأ الرابط.', filesAllowed: 'عدد الملفات', filesUsed: 'الملفات', usedOf: (used, all) => `${used} من ${all}`, limits: 'الحدود', upTo: (size) => `حتى ${size}`, largestFile: 'أكبر ملف، بالميغابايت', noLimit: 'لا حدّ إلا حدّ الخادم', allowedTypes: 'أنواع الملفات', allTypes: 'إن لم يُحدَّد شيء: كل ما يقبله الخادم.', asServer: 'كما في الخادم', copyForPeople: 'نسخ الرابط', copyForPrograms: 'نسخ العنوان للبرامج', linkWhat: 'الغرض منه', expired: 'انتهى', revokeLink: (name) => `إلغاء ${name}`, linkRevoked: 'أُلغي الرابط', linkMade: (until) => `أرسل هذا الرابط إلى من يضيفون ملفات. يعمل حتى ${until}.`,
    giveTitle: 'إضافة ملفات', linkUsedUp: 'استُنفد هذا الرابط: وصلت كل الملفات التي أُنشئ لها.', linkExpired: 'انتهت صلاحية هذا الرابط. اطلب رابطًا آخر.', linkInvalid: 'هذا الرابط غير صالح، أو لم يعد صالحًا. اطلب رابطًا آخر.',

    // Webhooks
    webhooks: 'خطافات الويب', webhook: 'خطاف ويب', newWebhook: 'خطاف ويب جديد', webhooksMean: 'يخبر خطاف الويب برنامجًا آخر بما يحدث للملفات فور حدوثه.', events: 'الأحداث', event: 'الحدث', state: 'الحالة', hookActive: 'نشط', hookFailing: 'يفشل', hookOff_gone: 'متوقف: قال العنوان إنه لم يعد موجودًا', hookOff_failing: 'متوقف: فشل يومًا كاملًا', hookIsActive: 'نشط', reallyDeleteHook: 'أتحذفه حقًا؟', secret: 'السر', secretOnce: 'انسخ السر الآن. به يُتحقق مما يُرسل، ولن يظهر مرة أخرى.',
    'event_file.created': 'أُضيف ملف', 'event_file.changed': 'تغيّر ملف', 'event_file.deleted': 'حُذف ملف', 'event_preview.ready': 'معاينة جاهزة', deliveries: 'ما أُرسل', lastAttempt: 'آخر محاولة', delivery_pending: 'في الانتظار', delivery_delivered: 'وصل', delivery_failed: 'فشل',

    // System
    system: 'النظام', healthy: 'كل شيء على ما يرام', filesTotal: 'الملفات', derived: 'الصور المصغّرة والنسخ', requests: 'الطلبات', uploadedBytes: 'الرفع', working_decodes: 'العمل في الطابور', ofMemory: (used, all) => `${used} من ${all} من ذاكرة فك الترميز`, connections: 'اتصالات قاعدة البيانات المستخدمة', ofOpen: (count) => `من ${count} مفتوحة`, failures: 'أعطال قاعدة البيانات والتخزين', sinceStart: 'منذ البدء', running: 'يعمل منذ', version: (text) => `الإصدار ${text}`, filesByType: 'الملفات حسب النوع', apiDocs: 'توثيق واجهة البرمجة',

    // Keys
    keyboard: 'لوحة المفاتيح', keysEverywhere: 'في كل مكان', keysLibrary: 'الملفات', keysFile: 'ملف واحد', keySearch: 'بحث', keyUpload: 'رفع', keyHelp: 'هذه الورقة', keyEscape: 'إغلاق، أو إلغاء التحديد', keyMove: 'تحرّك', keyOpen: 'فتح', keySelect: 'تحديد', keyExtend: 'تحديد على الطريق', keyAll: 'تحديد الكل', keyDelete: 'حذف', keyHome: 'أول ملف', keyEnd: 'آخر ملف', keyNeighbours: 'السابق، التالي', keyZoom: 'تكبير، تصغير، ملاءمة', keyInfo: 'التفاصيل', keyDownload: 'تنزيل', keyClose: 'العودة إلى كل الملفات',
};
