import "virtual:horizon.css";
import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/environments.css";
import "./styles/list-page.css";
import "./styles/rows.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { startTheme } from "./state/theme.ts";

startTheme();

const target = document.getElementById("app");
if (target) mount(App, { target });
