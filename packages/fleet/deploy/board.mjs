// Bull Board over the jobs of a fleet, to look and not to touch:
//
//   npm install @bull-board/api@9 @bull-board/express@9 express@5 bullmq@6 ioredis@6
//   STORE_QUEUE=redis://127.0.0.1:6379 node board.mjs     then http://127.0.0.1:3000
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { Queue } from 'bullmq';
import express from 'express';

const { STORE_QUEUE: url, STORE_FLEET: fleet = 'store-fleet', BOARD_HOST: host = '127.0.0.1' } = process.env;
const queue = new Queue(fleet, { connection: { url } });
const serverAdapter = new ExpressAdapter();
createBullBoard({ queues: [new BullMQAdapter(queue, { readOnlyMode: true })], serverAdapter });
express().use('/', serverAdapter.getRouter()).listen(3000, host);
