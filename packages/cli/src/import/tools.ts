/** Whose configurations can be read. */
export const TOOLS = ['rclone', 'aws', 'ossutil', 'mc'] as const;
export type Tool = (typeof TOOLS)[number];
