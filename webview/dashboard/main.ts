// Entry of the dashboard page.
import 'uplot/dist/uPlot.min.css';
import '../shared/styles/base.css';
import '../shared/styles/charts.css';
import '../shared/styles/evaluation.css';
import './dashboard.css';
import type { DashboardContract } from '../../extension/protocol/dashboardContract.ts';
import { connect } from '../../extension/protocol/rpc.ts';
import { createVsCodeHost } from '../shared/pageHost.ts';
import { DashboardApp } from './dashboardApp.ts';

const host = createVsCodeHost();
const app = new DashboardApp();
app.start(connect<DashboardContract>(host.transport), host);
document.querySelector('#app')?.append(app);
