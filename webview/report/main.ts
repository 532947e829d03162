// Entry of the standalone report: the same curves and evaluation as the dashboard, from data inside the document.
import 'uplot/dist/uPlot.min.css';
import '../shared/styles/base.css';
import '../shared/styles/charts.css';
import '../shared/styles/evaluation.css';
import '../shared/styles/heatmap.css';
import '../inspector/signals.css';
import './report.css';
import type { ReportData } from '../../extension/protocol/report.ts';
import { ReportApp } from './reportApp.ts';

const source = document.querySelector('#gatescope-report')?.textContent;
if (!source) throw new Error('This document holds no report');
const app = new ReportApp();
app.data = JSON.parse(source) as ReportData;
document.querySelector('#app')?.append(app);
