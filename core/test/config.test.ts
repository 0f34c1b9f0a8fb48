import {
  checkConfig,
  openDriver,
  openStore,
  StoreError,
  type ObjectStore,
  type StoreConfig,
  type StoreEntry,
} from '@store/core';
import { createContainer, OBJECT_STORE, storeModule } from '@store/core/container';
import { memory } from '@store/memory';
import { expect } from 'chai';
import { Container } from 'inversify';
import { describe, it } from 'mocha';

const adapters = [memory];

function messageOf(config: unknown, env: Record<string, string> = {}): string {
  try {
    checkConfig(config, { adapters, env });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    expect(error.code).to.equal('InvalidConfig');
    return error.message;
  }
}

describe('configuration', () => {
  it('shows no name and password that stand in front of a host or a bucket', () => {
    for (const value of ['ftp://me:hidden@host', 'me:hidden@bucket', 'x me:hidden@b']) {
      const message = messageOf({ stores: { a: { provider: 'memory', versioning: value } } });
      expect(message).to.include('***@').and.not.include('hidden');
    }
  });

  it('says where, what was found and what is allowed', () => {
    expect(messageOf({ stores: { a: { provider: 'memry' } } })).to.equal(
      'stores.a.provider: there is no adapter for "memry"; did you mean "memory"?',
    );
    expect(messageOf({ stores: { a: { provider: 'memory', versionning: 'enabled' } } })).to.equal(
      'stores.a.versionning: unknown key; did you mean "versioning"?',
    );
    expect(messageOf({ stores: { a: { provider: 'memory', versioning: 'on' } } })).to.match(
      /^stores\.a\.versioning: .*"enabled".* \(found "on"\)$/,
    );
    expect(messageOf({ stores: { a: { provider: 'memory', retry: { maxAttempts: 0 } } } })).to.match(
      /^stores\.a\.retry\.maxAttempts: .*\(found 0\)$/,
    );
    expect(messageOf({ stors: {} })).to.include('config.stors: unknown key; did you mean "stores"?');
    expect(messageOf({ default: 'b', stores: { bb: { provider: 'memory' } } })).to.include(
      'did you mean "bb"?',
    );
    expect(messageOf([])).to.include('config: ');
    expect(messageOf({ stores: { a: {} } })).to.match(/^config\.stores\.a\.provider: .*missing/);
  });

  it('leaves the configuration of the gateway to the gateway', () => {
    expect(messageOf({ stores: { a: { provider: 'memory' } }, gateway: { any: 'thing' } })).to.equal(
      'accepted',
    );
  });

  it('lists every problem of every store', () => {
    const message = messageOf({ stores: { a: { provider: 'x' }, b: { provider: 'memory', nope: 1 } } });
    expect(message).to.include('stores.a.provider').and.to.include('stores.b.nope');
  });

  it('takes ${NAME} from the environment and names the variable that is missing', async () => {
    const entry = { provider: 'memory', objects: { k: '${TEXT} $${TEXT}' } };
    const store = await openStore(entry, { adapters, env: { TEXT: 'hello' } });
    expect(await (await store.get('k')).text()).to.equal('hello ${TEXT}');
    expect(messageOf({ stores: { a: entry } })).to.equal(
      'stores.a.objects.k: the environment variable "TEXT" is not set',
    );
  });

  it('takes what every object has for no variable', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', '']) {
      const config = { stores: { a: { provider: 'memory', objects: { k: `\${${name}}` } } } };
      const refusal = `stores.a.objects.k: the environment variable "${name}" is not set`;
      expect(messageOf(config)).to.equal(refusal);
      expect(messageOf(config, process.env as Record<string, string>)).to.equal(refusal);
    }
    const inherited = Object.create({ INHERITED: 'x' }) as Record<string, string>;
    const config = { stores: { a: { provider: 'memory', objects: { k: '${INHERITED}' } } } };
    expect(messageOf(config, inherited)).to.include('"INHERITED" is not set');
    expect(
      messageOf(
        { stores: { a: { provider: 'memory', objects: { k: '${constructor}' } } } },
        { constructor: 'x' },
      ),
    ).to.equal('accepted');
  });

  it('refuses the name __proto__, under which a value would be lost', () => {
    for (const [text, place] of [
      ['{ "__proto__": {}, "stores": {} }', 'config.__proto__'],
      ['{ "stores": { "__proto__": { "provider": "memory" } } }', 'config.stores.__proto__'],
      [
        '{ "stores": { "a": { "provider": "memory", "objects": { "__proto__": "x" } } } }',
        'config.stores.a.objects.__proto__',
      ],
    ] as const) {
      expect(messageOf(JSON.parse(text))).to.equal(`${place}: nothing can have this name`);
    }
    const entry = JSON.parse('{ "provider": "memory", "objects": { "__proto__": "x" } }') as StoreEntry;
    expect(() => openDriver(entry, { adapters })).to.throw(
      StoreError,
      'objects.__proto__: nothing can have this name',
    );
  });

  it('does not show values that came from the environment', () => {
    const config = { stores: { a: { provider: 'memory', versioning: '${SECRET}' } } };
    expect(messageOf(config, { SECRET: 'hunter2' }))
      .to.include('stores.a.versioning')
      .and.not.to.include('hunter2');
  });

  it('keeps what has the name of something that every object has', async () => {
    const store = await openStore({ provider: 'memory', objects: { constructor: 'x' } }, { adapters });
    expect(await (await store.get('constructor')).text()).to.equal('x');
    expect(messageOf({ stores: { constructor: { provider: 'memory', toString: 'x' } } })).to.include(
      'stores.constructor.toString: unknown key',
    );
  });

  it('opens the named store, the default, or the only one', async () => {
    const config: StoreConfig = {
      default: 'b',
      stores: {
        a: { provider: 'memory', objects: { a: '' } },
        b: { provider: 'memory', objects: { b: '' } },
        // Nobody opens this one, so its missing adapter does no harm.
        c: { provider: 'elsewhere' },
      },
    };
    expect(await (await openStore(config, { adapters, name: 'a' })).exists('a')).to.equal(true);
    expect(await (await openStore(config, { adapters })).exists('b')).to.equal(true);
    expect(
      await (await openStore({ stores: { a: { provider: 'memory' } } }, { adapters })).exists('b'),
    ).to.equal(false);
    const { default: _, ...undecided } = config;
    await openStore(undecided, { adapters }).then(
      () => expect.fail('two stores and no name'),
      (error: unknown) => expect(error).to.include({ code: 'InvalidConfig' }),
    );
  });
});

describe('container', () => {
  const config: StoreConfig = {
    default: 'uploads',
    stores: {
      uploads: { provider: 'memory', objects: { here: 'uploads' } },
      scratch: { provider: 'memory' },
      elsewhere: { provider: 'not-loaded' },
    },
  };

  it('injects each store by name, once, and the default without one', async () => {
    const container = createContainer(config, adapters);
    const uploads = container.get(OBJECT_STORE, { name: 'uploads' });
    expect(await uploads.exists('here')).to.equal(true);
    expect(container.get(OBJECT_STORE, { name: 'uploads' })).to.equal(uploads);
    expect(container.get(OBJECT_STORE)).to.equal(uploads);
    expect(container.get(OBJECT_STORE, { name: 'scratch' })).not.to.equal(uploads);
    expect(() => container.get(OBJECT_STORE, { name: 'elsewhere' })).to.throw(StoreError, /not-loaded/);
  });

  it('loads into a container that an application already has, and closes what it opened', async () => {
    class Uploader {
      readonly store: ObjectStore;
      constructor(store: ObjectStore) {
        this.store = store;
      }
    }
    const container = new Container();
    container.load(storeModule(config, [memory]));
    container
      .bind(Uploader)
      .toResolvedValue(
        (store: ObjectStore) => new Uploader(store),
        [{ serviceIdentifier: OBJECT_STORE, name: 'uploads' }],
      );
    const { store } = container.get(Uploader);
    expect(await store.exists('here')).to.equal(true);
    await container.unbindAllAsync();
    await store.head('here').then(
      () => expect.fail('the store should be closed'),
      (error: unknown) => expect(error).to.include({ code: 'InvalidArgument' }),
    );
  });
});
