import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: globals.browser, ecmaVersion: 2023, sourceType: "module" },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-globals": "error",
      "no-restricted-properties": ["error",
        { property: "innerHTML", message: "Text from outside is set as text." },
        { property: "outerHTML", message: "Text from outside is set as text." },
        { property: "insertAdjacentHTML", message: "Text from outside is set as text." },
      ],
    },
  },
];
