// The framework keeps some strings in English. This puts them into Japanese wherever they appear:
// text, labels for assistive technology, titles and placeholders. Patterns are anchored, so a department's own
// text is never touched by accident. README lists what cannot be reached.
"use strict";
(() => {
  const exact = {
    "Choose an option": "選んでください",
    "Choose options": "選んでください",
    "Upload": "ファイルを選ぶ",
    "Browse files": "ファイルを選ぶ",
    "Drag and drop file here": "ここにファイルを置く",
    "Drag and drop files here": "ここにファイルを置く(複数可)",
    "Drag and drop a file here": "ここにファイルを置く",
    "No results": "該当なし",
    "No options to select": "選べる項目がありません",
    "Connection error": "サーバーに接続できません",
    "Connection lost. Please wait for the app to reconnect, then try again.": "接続が切れました。つながり直してから、もう一度お試しください。",
    "Connecting": "接続しています",
    "Connecting...": "接続しています",
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": "サーバーが止まっていないか、事務局へ確認してください。",
    "Streamlit server is not responding. Are you connected to the internet?": "サーバーから応答がありません。庁内の回線につながっているか確かめ、続くときは事務局へ連絡してください。",
    "Connection timed out.": "接続が時間切れになりました。",
    "Fullscreen": "全画面",
    "Enter fullscreen": "全画面",
    "Exit fullscreen": "全画面をやめる",
    "Close fullscreen": "全画面をやめる",
    "Download as CSV": "CSVで受け取る",
    "Download": "受け取る",
    "Failed to generate file for download": "ファイルを用意できませんでした。画面を開き直してから、もう一度お試しください",
    "Request timed out": "時間内にファイルを用意できませんでした。しばらくしてから、もう一度お試しください",
    "Connection closed": "サーバーとの接続が切れたため、受け取れませんでした。もう一度お試しください",
    "Download failed": "ファイルを受け取れませんでした。もう一度お試しください",
    "Search": "探す",
    "Show/hide columns": "列の表示",
    "Add row": "行を加える",
    "Delete row(s)": "行を消す",
    "Clear selection": "選択をやめる",
    "Select all": "すべて選ぶ",
    "Clear all": "すべて消す",
    "Clear value": "消す",
    "Clear date": "日付を消す",
    "View less": "たたむ",
    "View more": "ひらく",
    "Running...": "処理しています",
    "Please wait...": "お待ちください",
    "Stop": "止める",
    "Rerun": "再表示",
    "Print": "印刷",
    "Settings": "設定",
    "Skip to main content": "本文へ移動",
    "Add files": "ファイルを加える",
    "Add file": "ファイルを加える",
    "Error:": "受け取れません:",
    "Error": "入力し直してください",
    "Page not found": "ページが見つかりません",
    "The page that you have requested does not seem to exist. Running the app's main page.": "そのページはありません。概況を表示しています。",
    "Close": "閉じる",
    "Remove": "取り消す",
    "Clear": "消す",
    "Open": "ひらく",
    "open": "ひらく",
    "Loading...": "読み込んでいます",
    "Help": "説明",
    "Sort ascending": "小さい順",
    "Sort descending": "大きい順",
    "Autosize": "幅を合わせる",
    "Pin column": "列を固定",
    "Unpin column": "固定をやめる",
    "Hide column": "列を隠す",
    "Format": "表示形式",
    "Collapse sidebar": "メニューをたたむ",
    "Expand sidebar": "メニューをひらく",
    "Close sidebar": "メニューをたたむ",
    "Open sidebar": "メニューをひらく",
    "Sidebar": "メニュー",
    "Sidebar navigation": "画面の一覧",
    "App pages": "画面の一覧",
    "file upload": "ファイルを選ぶ",
    "Dismiss": "閉じる",
    "Type to search": "文字を入れて探す",
    "Previous Result": "前の結果",
    "Next Result": "次の結果",
    "Close Search": "検索を閉じる",
    "Show data": "データを見る",
    "Show chart": "図を見る",
    "Download as PNG": "画像(PNG)で受け取る",
    "Copy Vega-Lite spec": "図の定義を写しとる",
    "Copied": "写しとりました",
    "(index)": "(行番号)",
    "Main menu": "メニュー",
    "Column visibility": "列の表示",
    "Save as SVG": "画像(SVG)で保存",
    "Save as PNG": "画像(PNG)で保存",
    "View Source": "定義を見る",
    "Open in Vega Editor": "",
    "empty": "空",
    "Empty": "空",
    "Choose date": "日付を選ぶ",
    "Next month": "次の月",
    "Previous month": "前の月",
    "Use arrow keys to navigate dates. Enter to select. Escape to close.": "矢印キーで日付を移り、Enterで選び、Escapeで閉じます。",
    "yyyy": "年",
    "mm": "月",
    "dd": "日",
    "progress": "進み具合",
    "Selected values": "選択中",
    "Increment": "増やす",
    "Decrement": "減らす",
  };
  const months = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
  ];
  // Files of these kinds are taken in only to say how to turn them into one that is read: nobody is invited to bring them.
  const uninvited = ["ODS", "CSV"];
  const invited = (kinds = "") =>
    kinds.split(", ").filter((kind) => kind && !uninvited.includes(kind)).map((kind) => `・${kind}`).join("");
  const patterns = [
    // The field of a date: its three parts, and what is chosen.
    [/^(year|month|day), (.+)$/, (m, part, label) => `${label}の${{ year: "年", month: "月", day: "日" }[part]}`],
    [/^Selected Date: ([A-Z][a-z]+) (\d+), (\d+)$/, (m, month, day, year) => `選択中: ${year}年${months.indexOf(month) + 1}月${+day}日`],
    [/^: Date set outside allowed range\. Please select a date on or (before|after) (.+)\.$/, (m, side, day) => `: ${day}${side === "before" ? "まで" : "から"}の日付を選べます。いまの値は前のままです。`],
    [/^: Date set outside allowed range\. Please select a date between (.+) and (.+)\.$/, (m, first, last) => `: ${first}から${last}までの日付を選べます。いまの値は前のままです。`],
    [/^Choose date, (.+)$/, (m, shown) => `日付を選ぶ(${shown})`],
    [/^(\d+) – [A-Z][a-z]+$/, (m, n) => `${n}月`],
    [/^Shortcut (.+)$/, (m, key) => `キー ${key}`],
    // Its end differs by version and speaks of a cloud that is not here.
    [/^This app has encountered an error\..*$/s, () => "画面を表示できませんでした。もう一度ひらいても直らないときは事務局へお知らせください(記録はサーバーに残っています)。"],
    [/^(\d+(?:\.\d+)?\s?[KMG]?B) per file(?: • (.*))?$/, (m, size, kinds) => `1ファイル ${size} まで${invited(kinds)}`],
    [/^Limit (.+) per file(?: • (.*))?$/, (m, size, kinds) => `1ファイル ${size} まで${invited(kinds)}`],
    [/^up to (\d+(?:\.\d+)?\s?[KMG]?B) per file(?: • (.*))?$/i, (m, size, kinds) => `1ファイル ${size} まで${invited(kinds)}`],
    [/^• ([A-Z]+(?:, [A-Z]+)*)$/, (m, kinds) => invited(kinds)],
    [/^File must be (.+) or smaller\.?$/, (m, size) => `ファイルは ${size} までです`],
    [/^(\S+) files are not allowed\.?$/, () => "この種類のファイルは受け取れません。Excelの様式(.xlsx)を入れてください"],
    [/^Selected (.+)\. (.+)$/, (m, value, label) => `${label}(選択中: ${value})`],
    // A button of a chart or a table names its figure: "Show data: ..."
    [/^([A-Z][A-Za-z/ -]+): (.+)$/s, (m, action, figure) => (Object.hasOwn(exact, action) ? `${exact[action]}: ${figure}` : m)],
    [/^(\d+) options? available\.$/, (m, n) => `選べる項目 ${n}件`],
    [/^(\d+|Over \d+) results?$/, (m, n) => `${n.replace("Over ", "")}件${n.startsWith("Over") ? "以上" : ""}`],
    [/^(\d+) of (\d+)$/, (m, a, b) => `${b}件中${a}件目`],
    [/^View (\d+) more$/, (m, n) => `ほか${n}件`],
    [/^Remove (.+)$/, (m, name) => `${name} を取り消す`],
    [/^(\w+) icon$/, () => ""],
    [/^Press (?:Ctrl|⌘)\+Enter to .+$/, () => ""],
    [/^Press Enter to submit form$/, () => "改行キーでも確定できます"],
    [/^Press Enter to .+$/, () => ""],
    [/^Help for (.+)$/, (m, label) => `${label} の説明`],
    [/^Showing page (\d+) of (\d+)$/, (m, a, b) => `${b}ページ中${a}ページ`],
  ];
  const translate = (text) => {
    const trimmed = text.trim();
    if (!trimmed) return null;
    if (Object.hasOwn(exact, trimmed)) return exact[trimmed];
    for (const [pattern, replace] of patterns) {
      if (pattern.test(trimmed)) return trimmed.replace(pattern, replace);
    }
    return null;
  };
  // A chart carries its own description in Japanese; the drawing library names every mark inside it in English.
  const quieten = (node) => {
    const chart = node.closest("[data-testid='stVegaLiteChart']");
    if (!chart) return;
    chart.setAttribute("aria-roledescription", "図");
    if (chart.getAttribute("role") === "graphics-document") chart.setAttribute("role", "img");
    const drawing = chart.querySelector("svg, canvas");
    if (drawing && !drawing.hasAttribute("aria-hidden")) drawing.setAttribute("aria-hidden", "true");
  };
  const attributes = ["aria-label", "aria-valuetext", "title", "placeholder", "alt"];
  // What people wrote stays as they wrote it.
  const theirs = "[data-verbatim], .kpi, input, textarea, [data-testid='stDataFrame'] canvas";
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.parentElement?.closest(theirs)) return;
      const japanese = translate(node.data);
      if (japanese !== null && japanese !== node.data) node.data = japanese;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    quieten(node);
    for (const name of attributes) {
      const value = node.getAttribute(name);
      const japanese = value === null ? null : translate(value);
      if (japanese !== null && japanese !== value) node.setAttribute(name, japanese);
    }
    for (const child of node.childNodes) visit(child);
  };
  // Leaving a field sends what was typed, and a press on the menu at the same moment can be lost behind it: such a press
  // waits until what was typed has been taken in.
  let leftField = 0;
  addEventListener("focusout", (event) => {
    if (event.target.matches?.("input[type=text], textarea")) leftField = performance.now();
  }, true);
  addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-testid='stSidebarNavLink']");
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (!link || !plain || performance.now() - leftField > 1500) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const app = document.querySelector("[data-testid='stApp']");
    const began = performance.now();
    let idle = 0;
    const go = () => {
      idle = app?.dataset.testScriptState === "notRunning" ? idle + 1 : 0;
      if (idle < 4 && performance.now() - began < 10000) return void setTimeout(go, 60);
      leftField = 0;
      (link.isConnected ? link : document.querySelector(`[data-testid='stSidebarNavLink'][href='${link.getAttribute("href")}']`))?.click();
    };
    setTimeout(go, 60);
  }, true);
  // What an action has done is said where it was done. Where that is out of sight it is scrolled there, and whoever works
  // by keyboard goes on from it: the button that was pressed is often gone. A judged item goes to the top, so that the
  // next one, which the keys now act on, stands in sight below it. Where that one is out of sight, a key only brings it.
  const keyed = () => document.querySelector(".to-keys")?.closest("[class*='st-key-item-']");
  const seen = (item) => item.getBoundingClientRect().top > -40 && item.getBoundingClientRect().top < innerHeight - 160;
  let byKey = false;
  let standing = new Set();
  addEventListener("keydown", (event) => {
    byKey = true;
    const typing = event.target.closest?.("input, textarea, [contenteditable=true]");
    const pressed = /^[ks]$/i.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (typing || !pressed || !keyed() || seen(keyed())) return;
    event.stopImmediatePropagation();
    keyed().scrollIntoView({ block: "center" });
  }, true);
  addEventListener("pointerdown", () => { byKey = false; }, true);
  // Whoever goes on meanwhile stays where they are: moved away under the pointer, the next button would not be pressed.
  let acts = 0;
  for (const act of ["pointerdown", "keydown", "wheel", "touchmove"]) {
    addEventListener(act, () => { acts += 1; }, { capture: true, passive: true });
  }
  const bring = (box, tries = 4, since = acts) => {
    if (!box.isConnected || acts !== since) return;
    const { top, bottom } = box.getBoundingClientRect();
    const judged = byKey && box.closest("[class*='st-key-item-']");
    if (judged) {
      judged.scrollIntoView({ block: "start" });
      if (keyed() && !seen(keyed())) keyed().scrollIntoView({ block: "center" });
    }
    else if (top < 60 || bottom > innerHeight) box.scrollIntoView({ block: "center" });
    if (document.activeElement === document.body) {
      box.tabIndex = -1;
      box.focus({ preventScroll: true });
    }
    // Charts above it may still be drawn and push it away.
    if (tries) setTimeout(() => bring(box, tries - 1, since), 250);
  };
  const tell = () => {
    const now = new Set();
    for (const box of document.querySelectorAll("[class*='st-key-told-']")) {
      const name = box.className.match(/st-key-told-[^ ]+/)[0];
      now.add(name);
      if (!standing.has(name)) bring(box);
    }
    standing = now;
  };
  const start = () => {
    visit(document.body);
    new MutationObserver((records) => {
      for (const record of records) {
        if (record.type === "childList") record.addedNodes.forEach(visit);
        else visit(record.target);
      }
      tell();
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: attributes });
  };
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
