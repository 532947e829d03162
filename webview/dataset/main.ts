// Entry of the dataset page.
import '../shared/styles/base.css';
import '../shared/styles/select.css';
import './dataset.css';
import type { DatasetContract } from '../../extension/protocol/datasetContract.ts';
import { connect } from '../../extension/protocol/rpc.ts';
import { createVsCodeHost } from '../shared/pageHost.ts';
import { DatasetApp } from './datasetApp.ts';

const host = createVsCodeHost();
const app = new DatasetApp();
app.start(connect<DatasetContract>(host.transport), host);
document.querySelector('#app')?.append(app);
