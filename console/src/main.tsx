import { FluentProvider, webDarkTheme, webLightTheme } from "@fluentui/react-components";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./console.css";

const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <FluentProvider theme={dark ? webDarkTheme : webLightTheme}>
      <div className="console">
        <App />
      </div>
    </FluentProvider>
  </StrictMode>,
);
