/** How a flow wants a picture. */
export const PICTURE_FORMATS = ["buffer", "data_url", "file"] as const;
