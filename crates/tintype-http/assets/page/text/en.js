// English.

const plural = (count, one, many) => (count === 1 ? one : many);

export default {
    // Everywhere
    account: 'Account', actions: 'Actions', again: 'Try again', cancel: 'Cancel', close: 'Close', colours: 'Colours', comma: ', ', copied: 'Copied', copy: 'Copy', delete: 'Delete',
    download: 'Download', language: 'Language', menu: 'Menu', name: 'Name', never: 'never', no: 'no', none: 'none', nothing: 'nothing', reload: 'Reload', remove: 'Remove', save: 'Save', secondUnit: 's',
    theme_dark: 'Dark', theme_light: 'Light', theme_system: 'As the system', undo: 'Undo', units: ['B', 'KB', 'MB', 'GB', 'TB'], yes: 'yes',
    pageIsOld: 'This part of the page could not be loaded. The server may have been updated.',

    // What went wrong
    busy: 'The server is busy. Try again in a moment.', cannotRead: 'The browser can no longer read this file. Choose it again.', changedMeanwhile: 'Somebody else has changed this file. Open it again to see the change.', failed: 'Something went wrong.',
    isGone: 'This does not exist any more.', noAnswer: 'The server does not answer.', noRoom: 'The server has no room left.', notAllowed: 'You are not allowed to do this.', serverFailed: 'The server failed. The administrator finds the reason in its log.',
    tooLarge: 'This is larger than the server accepts.', tooManyRequests: 'Too many requests. Wait a minute.', wrongType: 'The server does not accept files of this type.',

    // Signing in
    signIn: 'Sign in', signInTitle: 'Sign in to tintype', signOut: 'Sign out', staySignedIn: 'Stay signed in on this device', password: 'Password', token: 'Token', username: 'User name', usePassword: 'Use a password instead', useToken: 'Use a token instead',
    wrongPassword: 'The user name or the password is wrong.', wrongToken: 'This token is not valid.', mayNothing: 'You are signed in, but may neither see nor add files. An administrator can change that.',

    // The library
    all: 'All', asGrid: 'Show as grid', asList: 'Show as list', files: 'Files', filters: 'Filters', library: 'All files', noFiles: 'There are no files yet. Drop some here.', nothingFound: 'Nothing matches.', order: 'Order', search: 'Search by name', size: 'Size of the pictures', skip: 'Skip to the files', view: 'View',
    nFiles: (text, count) => plural(count, `${text} file`, `${text} files`), noFilters: 'Clear all', without: (what) => `Remove ${what}`,
    'order_-created_at': 'Newest upload first', order_created_at: 'Oldest upload first', 'order_-taken_at': 'Latest taken first', order_taken_at: 'Earliest taken first', order_name: 'Name, A to Z', 'order_-name': 'Name, Z to A', 'order_-size': 'Largest first', order_size: 'Smallest first', order_type: 'By type',
    types_image: 'Pictures', types_video: 'Videos', types_audio: 'Sound', types_pdf: 'Documents',
    type_image: 'Picture', type_video: 'Video', type_audio: 'Sound', type_pdf: 'PDF', type_document: 'Document', type_spreadsheet: 'Spreadsheet', type_presentation: 'Presentation', type_text: 'Text', type_compressed: 'Archive', type_other: 'Other',

    // Filters
    any: 'Any', camera: 'Camera', from: 'from', to: 'to', mine: 'Only mine', place: 'Place', preview: 'Preview', taken: 'Taken', type: 'Type', fileSize: 'Size', uploaded: 'Uploaded', uploadedBy: 'Uploaded by', visibility: 'Visibility', withPlace: 'With a place', withoutPlace: 'Without a place',
    private: 'Private', public: 'Public', preview_ready: 'Has a preview', preview_pending: 'Preview being made', preview_failed: 'Preview failed', preview_none: 'No preview', size_small: 'Up to 1 MB', size_medium: '1 to 10 MB', size_large: '10 to 100 MB', size_huge: 'More than 100 MB',
    filter_user_id: 'User', filter_taken_from: 'Taken from', filter_taken_to: 'Taken until', filter_created_from: 'Uploaded from', filter_created_to: 'Uploaded until', filter_size_min: 'At least', filter_size_max: 'At most', filter_similar_to: 'Looks like file', filter_checksum: 'Checksum',

    // Many files
    selection: 'Selection', clearSelection: 'Clear the selection', nSelected: (text, count) => plural(count, '1 selected', `${text} selected`), selectAll: (count) => `Select all ${count}`, downloadZip: 'Download ZIP', packing: 'Preparing the ZIP…', hide: 'Make private', publish: 'Make public',
    working: (done, all) => `${done} of ${all}…`, changed: (text, count) => plural(count, 'One file changed', `${text} files changed`), notChanged: (text, count) => plural(count, 'One file could not be changed.', `${text} files could not be changed.`),
    deleted: (text, count) => plural(count, 'File deleted', `${text} files deleted`), notDeleted: (text, count) => plural(count, 'One file could not be deleted.', `${text} files could not be deleted.`),

    // The trash
    trash: 'Trash', trashEmpty: 'The trash is empty.', trashedUntil: (day) => `until ${day}`, restore: 'Restore', restored: (text, count) => plural(count, 'One file restored', `${text} files restored`), deleteForGood: 'Delete for good',

    // Tags
    create: 'Create', newFolder: 'New tag or folder', tags: 'Tags', addTag: 'Add tag', removeTag: 'Remove tag', tagName: 'Tag, or folder/tag', rename: 'Rename', removeFromFiles: 'Remove from all files', slashHint: 'A slash makes folders: trips/2026/oslo', unfold: (name) => `Show what is in ${name}`, changeTag: (name) => `Change ${name}`,
    removeTagFromAll: (name, text, count) => plural(count, `The tag “${name}” is taken off one file. The file stays.`, `The tag “${name}” is taken off ${text} files. The files stay.`), tagged: (text, count, tag) => plural(count, `One file put into ${tag}`, `${text} files put into ${tag}`), moved: (text, count, tag) => plural(count, `One file moved to ${tag}`, `${text} files moved to ${tag}`),

    // Bringing files in
    address: 'Address', emptyFolder: (name) => `Nothing is in ${name} yet. Files that are dropped here go there.`, fetch: 'Fetch', fetched: (name) => `${name} is here now`, fetching: 'Fetching…', fromUrl: 'From a web address', moreUploads: 'More ways to add files', uploadFiles: 'Files', uploadFolder: 'A folder',
    upload: 'Upload', uploads: 'Uploads', dropHere: 'Drop files or folders to upload them', dropOrPick: 'Drop files or folders anywhere on this page, paste them, or choose them.', allUploaded: (text, count) => plural(count, 'One file uploaded', `${text} files uploaded`), nOfMUploaded: (done, all) => `${done} of ${all} uploaded`,
    andMore: (count) => `and ${count} more`, checking: 'Looking whether it is here already…', chooseAgain: 'Interrupted. Choose this file again to go on.', clearDone: 'Clear what is done', done: 'Done', emptyFile: 'This file is empty.', giveUp: (name) => `Remove ${name}`, isHereAlready: (name) => `Is here already, as ${name}`, making: 'The server looks at it…',
    pause: (name) => `Pause ${name}`, pauseAll: 'Pause all', paused: 'Paused', resume: (name) => `Resume ${name}`, resumeAll: 'Resume all', retry: (name) => `Try ${name} again`, retrying: 'Trying again…', show: 'Show', uploadAnyway: 'Upload anyway', waiting: 'Waiting',

    // A file
    file: 'File', details: 'Details', previous: 'Previous', next: 'Next', addDescription: 'Add a description', description: 'Description', dimensions: 'Dimensions', duration: 'Duration', changedAt: 'Changed', openFile: 'Open the original', replace: 'Replace with another file', replaced: 'The file was replaced', similar: 'Show what looks like it',
    publicMeans: 'Everybody who has its link can see it.', privateMeans: 'Only people who are signed in, or have a signed link, can see it.', link: 'Link', copyLink: 'Copy link', copyDownloadLink: 'Copy download link', linkCopied: (until) => `Copied. The link works until ${until}.`, linkLifetime: 'How long the link works', lifetime_hour: 'One hour', lifetime_day: 'One day', lifetime_week: 'One week',
    focalPoint: 'Set the focal point', noFocalPoint: 'Remove the focal point', focusSet: 'Focal point set', clickFocus: 'Click on what must stay in view when the picture is cropped.', cannotPlay: 'This browser cannot play this file. Download it to play it elsewhere.', beginningOnly: (size) => `Only the first ${size} are shown.`,
    noPreview: 'There is no preview of this file.', previewPending: 'The preview is being made…', reason_damaged: 'There is no preview: the file is damaged.', reason_encrypted: 'There is no preview: the file is protected by a password.', reason_unsupported: 'There is no preview: this kind of file is not supported.', reason_too_large: 'There is no preview: the picture is too large.', reason_timed_out: 'There is no preview: making it took too long.',
    metadata: 'Metadata', seconds: (value) => `${value} s`, millimetres: (value) => `${value} mm`, kilobits: (value) => `${value} kbit/s`, perSecond: (value) => `${value} per second`, hertz: (value) => `${value} Hz`, mono: 'Mono', stereo: 'Stereo',
    meta_camera: 'Camera', meta_lens: 'Lens', meta_exposure_time: 'Exposure', meta_f_number: 'Aperture', meta_iso: 'ISO', meta_focal_length: 'Focal length', meta_frames: 'Frames', meta_colour_profile: 'Colour profile', meta_dpi: 'Resolution (dpi)', meta_title: 'Title', meta_creator: 'Creator', meta_copyright: 'Copyright', meta_keywords: 'Keywords', meta_bit_rate: 'Bit rate', meta_codec: 'Codec', meta_audio_codec: 'Sound codec', meta_frame_rate: 'Frame rate', meta_sample_rate: 'Sample rate', meta_channels: 'Channels',
    meta_artist: 'Artist', meta_album: 'Album', meta_track: 'Track', meta_pages: 'Pages', meta_slides: 'Slides', meta_sheets: 'Sheets', meta_author: 'Author', meta_created_at: 'Created', meta_encrypted: 'Encrypted', meta_entries: 'Entries', meta_uncompressed_size: 'Unpacked size',

    // People
    people: 'People', admin: 'Administrator', staff: 'Staff', user: 'User', role: 'Role', role_admin: 'May do everything.', role_staff: 'May do what is ticked below.', role_user: 'May sign in, but may not see or change files.', permissions: 'May', mayAdd: 'add files', maySee: 'see files', mayChange: 'change files', mayDelete: 'delete files',
    newUser: 'New user', searchPeople: 'Search people', fullName: 'Name', lastSeen: 'Last log-in', firstName: 'First name', lastName: 'Last name', email: 'Email', emptyKeeps: 'Leave it empty to keep the present one.', emptyTokensOnly: 'Without one, only tokens can be used.', isActive: 'May sign in', inactive: 'Deactivated', deleteUser: 'Delete user', reallyDelete: 'Really delete? The files stay.', showMore: (count) => `Show more (${count})`,
    myAccount: 'My account', changePassword: 'Change password', oldPassword: 'Present password', newPassword: 'New password', passwordAgain: 'New password again', passwordHint: 'At least 8 characters. Other log-ins end.', passwordChanged: 'Password changed', notTheSame: 'The two are not the same.',
    tokens: 'Tokens', newToken: 'New token', tokenLabel: 'What it is for', tokenLifetime: 'How long it is valid', valid_month: '30 days', valid_year: 'One year', valid_never: 'Until revoked', keyOnce: 'Copy the token now. It is not shown again.', created: 'Created', lastUsed: 'Last used', expires: 'Expires', revoke: (label) => `Revoke ${label}`,

    // Upload links
    uploadLinks: 'Upload links', newLink: 'New upload link', uploadLinksMean: 'By an upload link, people without an account add files. The files belong to whoever made the link.', filesAllowed: 'How many files', filesUsed: 'Files', usedOf: (used, all) => `${used} of ${all}`, limits: 'Limits', upTo: (size) => `up to ${size}`, largestFile: 'Largest file, in MB', noLimit: 'No limit but that of the server', allowedTypes: 'Types of files', allTypes: 'None ticked: all that the server accepts.', asServer: 'As the server has it', copyForPeople: 'Copy link', copyForPrograms: 'Copy the address for programs', linkWhat: 'What it is for', expired: 'Expired', revokeLink: (name) => `Revoke ${name}`, linkRevoked: 'The link is revoked', linkMade: (until) => `Send this link to those who shall add files. It works until ${until}.`,
    giveTitle: 'Add files', linkUsedUp: 'This link is used up: all files that it was made for have come.', linkExpired: 'This link has expired. Ask for another one.', linkInvalid: 'This link is not valid, or not any more. Ask for another one.',

    // Webhooks
    webhooks: 'Webhooks', webhook: 'Webhook', newWebhook: 'New webhook', webhooksMean: 'A webhook tells another program what happens to files, as soon as it happens.', events: 'Events', event: 'Event', state: 'State', hookActive: 'Active', hookFailing: 'Failing', hookOff_gone: 'Off: the address said it is gone', hookOff_failing: 'Off: it failed for a day', hookIsActive: 'Is active', reallyDeleteHook: 'Really delete?', secret: 'Secret', secretOnce: 'Copy the secret now. It verifies what is sent, and is not shown again.',
    'event_file.created': 'A file was added', 'event_file.changed': 'A file was changed', 'event_file.deleted': 'A file was deleted', 'event_preview.ready': 'A preview is ready', deliveries: 'What was sent', lastAttempt: 'Last attempt', delivery_pending: 'Waiting', delivery_delivered: 'Delivered', delivery_failed: 'Failed',

    // System
    system: 'System', healthy: 'All is well', filesTotal: 'Files', derived: 'Thumbnails and renditions', requests: 'Requests', uploadedBytes: 'Uploads', working_decodes: 'Work in the queue', ofMemory: (used, all) => `${used} of ${all} decode memory`, connections: 'Database connections in use', ofOpen: (count) => `of ${count} open`, failures: 'Failures of database and storage', sinceStart: 'since the start', running: 'Running for', version: (text) => `Version ${text}`, filesByType: 'Files by type', apiDocs: 'Documentation of the API',

    // Keys
    keyboard: 'Keyboard', keysEverywhere: 'Everywhere', keysLibrary: 'Files', keysFile: 'One file', keySearch: 'Search', keyUpload: 'Upload', keyHelp: 'This sheet', keyEscape: 'Close, or clear the selection', keyMove: 'Move', keyOpen: 'Open', keySelect: 'Select', keyExtend: 'Select on the way', keyAll: 'Select all', keyDelete: 'Delete', keyHome: 'First file', keyEnd: 'Last file', keyNeighbours: 'Previous, next', keyZoom: 'Zoom in, out, fit', keyInfo: 'Details', keyDownload: 'Download', keyClose: 'Back to all files',
};
