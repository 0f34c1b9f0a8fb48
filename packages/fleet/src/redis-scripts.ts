import type { Redis } from 'ioredis';
import { createHash } from 'node:crypto';
import { MOST_ERRORS, MOST_WARNINGS } from './books-limits.js';
import { LEASE_RULE } from './lease-rule.js';

/** A script that Redis runs as one step. */
export class RedisScript {
  readonly #text: string;
  readonly #sha: string;

  constructor(text: string) {
    this.#text = text;
    this.#sha = createHash('sha1').update(text).digest('hex');
  }

  async run(client: Redis, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    try {
      return await client.evalsha(this.#sha, keys.length, ...keys, ...values);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(this.#text, keys.length, ...keys, ...values);
    }
  }
}

/** Numbers of Lua are floats, and would be written as such. */
const WHOLE = `local function whole(n) return string.format('%.0f', n) end\n`;

/** Makes a piece from its account and its intents, packed; `row` counts it. */
const CREATE = `
local function create(row, prefix, account, intents)
  local n = redis.call('HINCRBY', row, 'pieces', 1)
  local key = prefix .. n
  redis.call('HSET', key, 'status', 'open', 'epoch', 0, 'sequence', 0, 'account', account)
  for id, text in pairs(intents) do redis.call('HSET', key, 'i:' .. id, text) end
  redis.call('HINCRBY', row, 'is:open', 1)
  return n
end
`;

/** KEYS row, pieces. ARGV pass, account, intents. */
export const BEGIN_PASS = new RedisScript(`${CREATE}
if tonumber(redis.call('HGET', KEYS[1], 'pass') or '-1') >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'pass', ARGV[1])
create(KEYS[1], KEYS[2], ARGV[2], cjson.decode(ARGV[3]))
return 1
`);

/** KEYS piece. Whoever had it before has nothing to say any more. */
export const TAKE_OVER = new RedisScript(`
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return {} end
if status == 'open' then
  redis.call('HINCRBY', KEYS[1], 'epoch', 1)
  redis.call('HSET', KEYS[1], 'sequence', 0)
end
return redis.call('HGETALL', KEYS[1])
`);

/**
 * KEYS piece, row, run. ARGV epoch, sequence, whole, account, counts, number of intents, number and text of each, numbers of those
 * that are closed. A store that has lost its last changes has an older epoch, or another sequence.
 */
export const WRITE = new RedisScript(`${WHOLE}
local piece, row = KEYS[1], KEYS[2]
local seen = redis.call('HMGET', piece, 'epoch', 'status', 'sequence')
if seen[2] ~= 'open' then return 'lost' end
if tonumber(seen[1]) > tonumber(ARGV[1]) then return 'lost' end
if ARGV[3] == '1' then
  for _, field in ipairs(redis.call('HKEYS', piece)) do
    if field:sub(1, 2) == 'i:' then redis.call('HDEL', piece, field) end
  end
elseif seen[1] ~= ARGV[1] or seen[3] ~= ARGV[2] then
  return 'behind'
end
redis.call('HSET', piece, 'epoch', ARGV[1], 'sequence', whole(tonumber(ARGV[2]) + 1))
if ARGV[4] ~= '' then redis.call('HSET', piece, 'account', ARGV[4]) end
if ARGV[5] ~= '' then
  local counts = cjson.decode(ARGV[5])
  for _, field in ipairs(redis.call('HKEYS', piece)) do
    if field:sub(1, 2) == 'n:' and not counts[field:sub(3)] then counts[field:sub(3)] = 0 end
  end
  for name, count in pairs(counts) do
    local before = tonumber(redis.call('HGET', piece, 'n:' .. name) or '0')
    if count ~= before then
      redis.call('HSET', piece, 'n:' .. name, whole(count))
      redis.call('HINCRBY', row, 'n:' .. name, whole(count - before))
      if name == 'failed' or name == 'blocked' then redis.call('HINCRBY', KEYS[3], 'failed', whole(count - before)) end
    end
  end
end
local at = 7
for _ = 1, tonumber(ARGV[6]) do
  redis.call('HSET', piece, 'i:' .. ARGV[at], ARGV[at + 1])
  at = at + 2
end
for i = at, #ARGV do redis.call('HDEL', piece, 'i:' .. ARGV[i]) end
return 'kept'
`);

/** KEYS piece, row, pieces, failures, weights. ARGV epoch, status, children, failures, warnings, error, most failures, member. */
export const END = new RedisScript(`${CREATE}
local piece, row = KEYS[1], KEYS[2]
local seen = redis.call('HMGET', piece, 'epoch', 'status')
if seen[2] ~= 'open' or seen[1] ~= ARGV[1] then return false end
local children = {}
for _, child in ipairs(cjson.decode(ARGV[3])) do
  children[#children + 1] = create(row, KEYS[3], child.account, child.intents)
end
redis.call('HSET', piece, 'status', ARGV[2], 'children', #children == 0 and '[]' or cjson.encode(children))
redis.call('HINCRBY', row, 'is:open', -1)
redis.call('HINCRBY', row, 'is:' .. ARGV[2], 1)
if ARGV[2] ~= 'left' then
  for _, field in ipairs(redis.call('HKEYS', piece)) do
    if field:sub(1, 2) == 'i:' or field == 'account' then redis.call('HDEL', piece, field) end
  end
end
for _, text in ipairs(cjson.decode(ARGV[4])) do
  if redis.call('LLEN', KEYS[4]) < tonumber(ARGV[7]) then redis.call('RPUSH', KEYS[4], text) end
end
local warnings = cjson.decode(redis.call('HGET', row, 'warnings') or '[]')
for _, text in ipairs(cjson.decode(ARGV[5])) do
  local known = #warnings >= ${MOST_WARNINGS}
  for _, one in ipairs(warnings) do known = known or one == text end
  if not known then warnings[#warnings + 1] = text end
end
if #warnings > 0 then redis.call('HSET', row, 'warnings', cjson.encode(warnings)) end
if ARGV[6] ~= '' then
  local errors = cjson.decode(redis.call('HGET', row, 'errors') or '[]')
  if #errors < ${MOST_ERRORS} then
    errors[#errors + 1] = cjson.decode(ARGV[6])
    redis.call('HSET', row, 'errors', cjson.encode(errors))
  end
end
redis.call('ZREM', KEYS[5], ARGV[8])
return cjson.encode(children)
`);

/** KEYS run. ARGV command. Where a run goes on that was stopped, failures are counted anew. */
export const TELL = new RedisScript(`
local run = KEYS[1]
if ARGV[1] == 'go' and redis.call('HGET', run, 'command') == 'stop' then
  redis.call('HSET', run, 'failedBefore', redis.call('HGET', run, 'failed') or '0')
end
redis.call('HSET', run, 'command', ARGV[1])
`);

/** KEYS row. ARGV the beginning of pieces' keys. @returns the numbers of pieces that are open */
export const OPEN_PIECES = new RedisScript(`
local open = {}
for n = 1, tonumber(redis.call('HGET', KEYS[1], 'pieces') or '0') do
  if redis.call('HGET', ARGV[1] .. n, 'status') == 'open' then open[#open + 1] = n end
end
return open
`);

/**
 * KEYS row. ARGV the beginning of pieces' keys. What was left when the run was stopped is open again. Of those who do it at once
 * one begins the row again, and all are told as the how manieth time.
 */
export const REOPEN = new RedisScript(`
for n = 1, tonumber(redis.call('HGET', KEYS[1], 'pieces') or '0') do
  if redis.call('HGET', ARGV[1] .. n, 'status') == 'left' then
    redis.call('HSET', ARGV[1] .. n, 'status', 'open')
    redis.call('HINCRBY', KEYS[1], 'is:left', -1)
    redis.call('HINCRBY', KEYS[1], 'is:open', 1)
  end
end
if redis.call('HDEL', KEYS[1], 'endedAt') == 1 then redis.call('HINCRBY', KEYS[1], 'again', 1) end
redis.call('HDEL', KEYS[1], 'remaining', 'isCut')
return tonumber(redis.call('HGET', KEYS[1], 'again') or '0')
`);

/** KEYS row, run. ARGV endedAt, remaining or '', whether it is cut, error or ''. @returns 0 where there is more to do */
export const END_ROW = new RedisScript(`
local row = KEYS[1]
local counts = redis.call('HMGET', row, 'is:open', 'is:left')
if tonumber(counts[1] or '0') > 0 then return 0 end
local isPartly = ARGV[3] == '1' or tonumber(counts[2] or '0') > 0
if isPartly and ARGV[4] == '' and redis.call('HGET', KEYS[2], 'command') ~= 'stop' then return 0 end
redis.call('HSET', row, 'endedAt', ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', row, 'remaining', ARGV[2]) end
if ARGV[3] == '1' then redis.call('HSET', row, 'isCut', 1) end
if ARGV[4] ~= '' then
  local errors = cjson.decode(redis.call('HGET', row, 'errors') or '[]')
  errors[#errors + 1] = cjson.decode(ARGV[4])
  redis.call('HSET', row, 'errors', cjson.encode(errors))
end
return 1
`);

/** KEYS workers. ARGV worker, slots. By the clock of Redis: those of the workers may be apart. */
export const BEAT = new RedisScript(`
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode({ slots = tonumber(ARGV[2]), seen = now }))
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local isText, one = pcall(cjson.decode, all[i + 1])
  local seen = isText and type(one) == 'table' and tonumber(one.seen)
  if not seen or now - seen > 3600 then redis.call('HDEL', KEYS[1], all[i]) end
end
`);

/** KEYS workers. ARGV seconds of silence. @returns the name and the slots of each that has said something since */
export const WORKERS = new RedisScript(`
local now = tonumber(redis.call('TIME')[1])
local all = redis.call('HGETALL', KEYS[1])
local alive = {}
for i = 1, #all, 2 do
  local isText, one = pcall(cjson.decode, all[i + 1])
  local seen = isText and type(one) == 'table' and tonumber(one.seen)
  if seen and now - seen <= tonumber(ARGV[1]) then
    alive[#alive + 1] = all[i]
    alive[#alive + 1] = tostring(one.slots)
  end
end
return alive
`);

/**
 * KEYS weights, sharing, run. ARGV member, weight, milliseconds in which one piece is shared, the beginning of pieces' keys. What
 * weighs nothing is not to be shared. @returns the command, failures since it goes on, and 1 where the piece may be shared
 */
export const LOOK = new RedisScript(`
local function isOpen(member) return redis.call('HGET', ARGV[4] .. member, 'status') == 'open' end
local function mayShare()
  if not isOpen(ARGV[1]) then
    redis.call('ZREM', KEYS[1], ARGV[1])
    return 0
  end
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  if tonumber(ARGV[2]) == 0 then return 0 end
  local most = redis.call('ZREVRANGE', KEYS[1], 0, 0)
  -- Of pieces that are over, or forgotten, some may still stand there.
  while most[1] ~= ARGV[1] and not isOpen(most[1]) do
    redis.call('ZREM', KEYS[1], most[1])
    most = redis.call('ZREVRANGE', KEYS[1], 0, 0)
  end
  if most[1] ~= ARGV[1] then return 0 end
  local shared = redis.call('GET', KEYS[2])
  if shared and shared ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
  return 1
end
local run = redis.call('HMGET', KEYS[3], 'command', 'failed', 'failedBefore')
return { run[1] or '', tonumber(run[2] or '0') - tonumber(run[3] or '0'), mayShare() }
`);

/**
 * KEYS rate. ARGV keys, taken, epoch in which the service asked for less or '', fixed rate or '', new hot ranges,
 * throttles in ranges, good answers. Times are those of Redis.
 * It reckons as `leaseFrom` of lease-rule.ts does, which says what it is about.
 */
export const LEASE = new RedisScript(`
local key = KEYS[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local kept = redis.call('HMGET', key, 'rate', 'loweredAt', 'next', 'epoch', 'since', 'taken', 'known', 'hot', 'excess', 'ever')
local good = tonumber(kept[1] or '0')
local loweredAt = tonumber(kept[2] or '0')
local next = tonumber(kept[3] or '0')
local epoch = tonumber(kept[4] or '0')
local since = tonumber(kept[5] or now)
local taken = tonumber(kept[6] or '0') + tonumber(ARGV[2])
local known = kept[7] or 'guessed'
local hot = tonumber(kept[8] or '0')
local excess = tonumber(kept[9] or '0')
local ever = math.min(${LEASE_RULE.young.keys}, tonumber(kept[10] or '0') + tonumber(ARGV[2]))
local rate = nil
local wait = 0
local function current()
  if good == 0 then return nil end
  local seconds = (now - loweredAt - ${LEASE_RULE.recoveryMs}) / 1000
  if seconds < 0 then return good * (1 + ${1 - LEASE_RULE.begun} * (seconds * 1000 / ${LEASE_RULE.recoveryMs}) ^ 3) end
  local growth = cjson.decode('${JSON.stringify(LEASE_RULE.growth)}')[known]
  return good * (1 + growth[1] * seconds + growth[2] * seconds * seconds)
end
local function isYoung() return good == 0 and ever < ${LEASE_RULE.young.keys} end
if ARGV[4] ~= '' then
  rate = tonumber(ARGV[4])
else
  local first = good == 0
  local function guess(till)
    return math.max(${LEASE_RULE.least}, ${LEASE_RULE.lowered} * taken / (${LEASE_RULE.savedS} + (till - since) / 1000))
  end
  if not first and known == 'guessed' and since < loweredAt then
    -- What is told while nothing is leased for the first time had been taken before.
    if now - loweredAt < ${LEASE_RULE.restMs} then
      good = guess(loweredAt)
    else
      since, taken = loweredAt, tonumber(ARGV[2])
    end
  end
  rate = current()
  if isYoung() then
    hot = hot + tonumber(ARGV[5])
    excess = math.max(0, excess + tonumber(ARGV[6]) - ${LEASE_RULE.young.good} * tonumber(ARGV[7]))
  end
  local isStore = hot >= ${LEASE_RULE.young.hot} and excess >= ${LEASE_RULE.young.excess}
  if (ARGV[3] ~= '' and tonumber(ARGV[3]) >= epoch) or isStore then
    hot, excess = 0, 0
    epoch = epoch + 1
    next = math.max(next, now + ${LEASE_RULE.restMs})
    local seconds = (now - since) / 1000
    -- Later a second is too little to tell a rate; at first any is better than none.
    if taken > 0 and first then
      good, loweredAt, known = guess(now), now, 'guessed'
      if seconds >= ${LEASE_RULE.savedS} then known, since, taken = 'unsure', now, 0 end
      rate = current()
    elseif taken > 0 and seconds >= 1 then
      local seen = math.min(taken / seconds, rate or math.huge)
      local lowered = math.max(${LEASE_RULE.least}, ${LEASE_RULE.lowered} * seen)
      local alike = lowered < good * ${LEASE_RULE.alike} and lowered * ${LEASE_RULE.alike} > good
      good, loweredAt, known, since, taken = lowered, now, alike and 'sure' or 'unsure', now, 0
      rate = current()
    end
  elseif now - since > ${LEASE_RULE.recentMs} then
    -- The last seconds tell more than those before.
    taken, since = taken / 2, now - (now - since) / 2
  end
end
if rate then
  -- What was not asked for in time is not made up for, but for a moment.
  next = math.max(next, now - ${LEASE_RULE.madeUpMs})
  wait = math.max(0, next - now)
  next = next + tonumber(ARGV[1]) / rate * 1000
end
redis.call('HSET', key, 'rate', tostring(good), 'loweredAt', string.format('%.3f', loweredAt), 'next', string.format('%.3f', next),
  'epoch', epoch, 'since', string.format('%.3f', since), 'taken', string.format('%.3f', taken), 'known', known, 'hot', hot,
  'excess', excess, 'ever', ever)
redis.call('PEXPIRE', key, ${LEASE_RULE.keptMs})
return { string.format('%.3f', wait), rate and string.format('%.3f', rate) or '', tostring(epoch), isYoung() and '1' or '' }
`);
