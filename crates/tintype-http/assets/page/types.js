/** The types of files. */
export const TYPES = ['image', 'video', 'audio', 'pdf', 'document', 'spreadsheet', 'presentation', 'text', 'compressed', 'other'];
