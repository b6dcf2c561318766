// The charts of the trend pages. Colours come from the tokens, so that they follow light and dark;
// everything drawn here also stands in the table below it.

const data = JSON.parse(document.getElementById("trend-data").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const charts = [];

function token(name, from = document.documentElement) {
  return getComputedStyle(from).getPropertyValue(name).trim();
}

// A colour as the browser paints it: tokens may be mixed of others.
function paint(value) {
  const probe = document.createElement("i");
  probe.style.color = value;
  document.body.append(probe);
  const painted = getComputedStyle(probe).color;
  probe.remove();
  return painted;
}

function ofSign(css) {
  const probe = document.createElement("i");
  probe.className = css;
  document.body.append(probe);
  const colours = { full: paint(token("--m", probe)), soft: paint(token("--m-soft", probe)) };
  probe.remove();
  return colours;
}

function words() {
  return { color: paint(token("--it-ink-2")), fontFamily: token("--it-font"), fontSize: 13 };
}

const line = () => ({ lineStyle: { color: paint(token("--it-line")) } });

function signs() {
  const rows = data.signs.length;
  const step = 100 / (rows + 0.6);
  const grids = data.signs.map((_, row) => ({
    left: 118, right: 64, top: `${row * step + 2}%`, height: `${step - 6}%`,
  }));
  return {
    grid: grids,
    xAxis: data.signs.map((_, row) => ({
      type: "category", gridIndex: row, data: data.labels,
      axisTick: { show: false }, axisLine: line(),
      axisLabel: { ...words(), show: row === rows - 1, hideOverlap: true },
    })),
    yAxis: data.signs.map((sign, row) => ({
      type: "value", gridIndex: row, min: 0, minInterval: 1, axisLabel: { show: false },
      max: Math.max(1, sign.usual?.[1] ?? 0, ...sign.values.filter((value) => value !== null)),
      splitLine: { show: false }, name: naming(sign), nameLocation: "middle", nameGap: 8, nameRotate: 0,
      nameTextStyle: { ...words(), align: "right", lineHeight: 17, rich: { b: { ...words(), color: paint(token("--it-ink")), fontWeight: 600, lineHeight: 17 } } },
    })),
    series: data.signs.map((sign, row) => bars(sign, row)),
  };
}

function naming(sign) {
  const usual = sign.usual ? `\nusual ${[...new Set(sign.usual)].join(" to ")}` : "";
  return `{b|${sign.word}}${usual}`;
}

function bars(sign, row) {
  const { full, soft } = ofSign(sign.css);
  const last = sign.values.length - 1;
  const isOut = sign.standing === "above" || sign.standing === "below";
  return {
    type: "bar", xAxisIndex: row, yAxisIndex: row, barCategoryGap: "28%",
    data: sign.values.map((value, place) => ({
      value,
      itemStyle: { color: place === last && isOut ? full : soft, borderColor: full, borderWidth: 1, borderRadius: 2 },
      label: place === last ? { show: true, position: "right", distance: 8, ...words(), formatter: `{c} ${sign.standing}`, fontWeight: 600 } : undefined,
    })),
    markArea: sign.usual && {
      silent: true, itemStyle: { color: soft, opacity: 0.45 },
      data: [[{ yAxis: sign.usual[0] }, { yAxis: sign.usual[1] }]],
    },
  };
}

function stages() {
  const shades = [0.25, 0.5, 0.75, 1];
  const accent = paint(token("--it-accent"));
  return {
    grid: { left: 34, right: 12, top: innerWidth < 640 ? 64 : 40, bottom: 28 },
    legend: { top: 0, left: 0, textStyle: words(), itemWidth: 14, itemHeight: 14 },
    xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLine: line(), axisLabel: words() },
    yAxis: { type: "value", minInterval: 1, axisLabel: words(), splitLine: line() },
    series: data.stages.map((stage, place) => ({
      type: "bar", stack: "open", name: stage.word, data: stage.values, barCategoryGap: "35%",
      itemStyle: { color: accent, opacity: shades[place] },
    })),
  };
}

function waits() {
  const accent = paint(token("--it-accent"));
  const steps = [[0, 1, 1, 1], ...data.steps];
  const longest = Math.max(data.longest, steps.at(-1)[0]);
  steps.push([longest, ...steps.at(-1).slice(1)]);
  const at = (time) => steps.filter((step) => step[0] <= time).at(-1)[1];
  const common = { type: "line", step: "end", symbol: "none", silent: true };
  return {
    grid: { left: 58, right: 16, top: 12, bottom: 48 },
    xAxis: { type: "value", min: 0, max: Math.max(longest, 1), minInterval: 1, name: "held sessions since the opening", nameLocation: "middle", nameGap: 28, nameTextStyle: words(), axisLabel: words(), splitLine: { show: false }, axisLine: line() },
    yAxis: { type: "value", min: 0, max: 1, interval: 0.25, axisLabel: { ...words(), formatter: (value) => ["none", "quarter", "half", "3 in 4", "all"][value * 4] }, splitLine: line() },
    series: [
      { ...common, data: steps.map((step) => [step[0], step[2]]), lineStyle: { opacity: 0 }, stack: "interval" },
      { ...common, data: steps.map((step) => [step[0], step[3] - step[2]]), lineStyle: { opacity: 0 }, areaStyle: { color: accent, opacity: 0.14 }, stack: "interval" },
      { ...common, data: steps.map((step) => [step[0], step[1]]), lineStyle: { color: accent, width: 2.5 } },
      { type: "scatter", symbol: "rect", symbolSize: [1.5, 12], silent: true, itemStyle: { color: accent }, data: data.open.map((time) => [time, at(time)]) },
      ...(data.median === null ? [] : [{
        type: "scatter", symbolSize: 10, silent: true, itemStyle: { color: accent }, data: [[data.median, 0.5]],
        label: { show: true, position: data.median > longest / 2 ? "left" : "right", distance: 12, formatter: `by session ${data.median}`, ...words(), color: paint(token("--it-ink")), fontWeight: 600 },
      }]),
    ],
  };
}

const OPTIONS = { signs, stages, waits };

function draw() {
  for (const { chart, option } of charts) {
    chart.setOption({ animation: false, ...option() }, true);
  }
}

const observer = new ResizeObserver(() => {
  for (const { chart } of charts) {
    chart.resize();
  }
  draw();
});
for (const box of document.querySelectorAll("[data-chart]")) {
  const chart = echarts.init(box, null, { renderer: "svg" });
  charts.push({ chart, option: OPTIONS[box.dataset.chart] });
  observer.observe(box);
}
dark.addEventListener("change", draw);

// On paper: in the colours of paper, as wide as it, and with the numbers below each chart.
const PAPER = 640;
const folded = document.querySelectorAll(".chart details:not([open])");
matchMedia("print").addEventListener("change", ({ matches }) => {
  for (const { chart } of charts) {
    chart.resize(matches ? { width: Math.min(PAPER, chart.getWidth()) } : { width: "auto" });
  }
  for (const details of folded) {
    details.open = matches;
  }
  draw();
});
