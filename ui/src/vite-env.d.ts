/// <reference types="vite/client" />
declare module "virtual:horizon.css";
declare module "virtual:horizon-contrast.css";

interface Window {
  /** Set when the first rows (or the empty state) are on the screen; the window tests wait for it. */
  __ready?: boolean;
}
